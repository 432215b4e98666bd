"""The rooms of `python -m scripts.doctor`: what it looks at, one subject a file; `registry` names them in order."""
