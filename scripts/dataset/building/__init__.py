"""From a source to a folder of training files: read, cleaned, judged, split, written. Start at `build`."""
