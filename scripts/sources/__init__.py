"""One raw format a file: each turns what lies on disk into conversations, and reports what it could not use."""
