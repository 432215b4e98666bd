"""The tests mirror the source tree; each one's docstring is the promise it keeps."""
