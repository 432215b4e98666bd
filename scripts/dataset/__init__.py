"""From conversations to training files: clean, split, check, count, write. Raw formats are read in `scripts.sources`."""
