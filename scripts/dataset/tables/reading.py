"""Read any file of columns; its name says how, as the name is what people go by."""

from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.dataset.tables.delimited import read_delimited
from scripts.dataset.tables.json_rows import read_json_rows
from scripts.dataset.tables.spreadsheet import read_spreadsheet
from scripts.dataset.tables.types import BadTable, Record, Table, UnknownFormat


def read_table(path: Path) -> Table:
    """Return what a file holds, in order. A byte order mark and any kind of line end are taken as such.

    Raises UnknownFormat for another ending of the name, BadTable with file:line for what cannot be read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnknownFormat(f"{path.name}: the name must end in one of {', '.join(_READERS)}; save or export it as one")
    return reader(path)


def _read_text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadTable(f"{path.name}:{line}: not UTF-8; save the file as UTF-8 and try again") from None


def _read_csv(path: Path) -> Table:
    return read_delimited(path.name, _read_text(path), "CSV", ",")


def _read_tsv(path: Path) -> Table:
    return read_delimited(path.name, _read_text(path), "TSV", "\t")


def _read_json(path: Path) -> Table:
    return read_json_rows(path.name, _read_text(path))


def _read_lines(path: Path) -> Table:
    """Read plain text as completions without prompts, one a line: for models that write in a style, unasked."""
    lines = _read_text(path).replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    records = [
        Record(f"{path.name}:{number}", {"prompt": "", "completion": line}) for number, line in enumerate(lines, 1)
    ]
    return Table(path.name, "TXT", ("prompt", "completion"), tuple(records))


_READERS: Mapping[str, Callable[[Path], Table]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".xlsx": read_spreadsheet,
    ".txt": _read_lines,
    ".json": _read_json,
    ".jsonl": _read_json,
}
