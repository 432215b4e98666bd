"""The text of a raw file, whatever encoding it came in."""

import codecs
from pathlib import Path

from scripts.dataset.types import Finding, Report

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 1 << 20


def find_encoding(path: Path, report: Report) -> str:
    """Return the name of the encoding to open the file with: by its mark (BOM), UTF-8, or else Windows-1252.

    The last is reported with the line of the first byte that is not UTF-8.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    line = _first_line_not_utf8(path)
    if line is None:
        return "utf-8"
    message = "a byte here is not UTF-8; the file was read as Windows-1252"
    report(Finding("warning", "encoding", f"{path.name}:{line}", message, "save it as UTF-8 if letters look wrong"))
    return "cp1252" if _is_readable(path, "cp1252") else "latin-1"


def _first_line_not_utf8(path: Path) -> int | None:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return None


def _is_readable(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding) as file:
        try:
            while file.read(_PIECE):
                pass
        except UnicodeDecodeError:
            return False
    return True
