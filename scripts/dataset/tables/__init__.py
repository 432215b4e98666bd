"""Files of columns, whatever their format, read as text: CSV, TSV, XLSX, TXT, JSON and JSONL. Start at `reading`."""
