"""Files of columns, format by format."""
