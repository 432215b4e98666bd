"""From conversations to training files: clean, split, check, count, write. `scripts.sources` reads the raw formats."""
