"""CSV and TSV: quoted fields may hold anything, cells stay text, and every row knows the line it began on."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from scripts.dataset.tables.types import BadTable, Form, Record, Table

_LONGEST_FIELD = 2**31 - 1  # the csv module stops at 128 KiB, which one long answer can reach
_END = "\0end of file"  # read as a row of its own, unless a quotation that nobody closed swallows it


def read_delimited(name: str, text: str, form: Form, delimiter: str) -> Table:
    """Return the rows of a text whose first row names the columns. Blank lines are no rows; short rows are filled up.

    Raises BadTable for a file without a header, a row longer than it, or a quotation that is never closed.
    """
    with _fields_of_any_length():
        rows = list(_rows(name, text, delimiter))
    _, header = rows[0] if rows else (1, [])
    if not header:
        raise BadTable(f"{name}:1: the file is empty; its first line must name the columns")
    columns = tuple(title or f"column {number}" for number, title in enumerate(header, 1))
    records = tuple(_record(f"{name}:{line}", columns, fields) for line, fields in rows[1:])
    return Table(name, form, tuple(dict.fromkeys(columns)), records)


@contextmanager
def _fields_of_any_length() -> Iterator[None]:
    """Lift the csv module's limit for a while: it is one for the whole program, and other readers rely on it."""
    usual = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _rows(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line each row begins on, and its fields."""
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    line = 1
    for fields in reader:
        if fields == [_END]:
            return
        if fields[-1:] and fields[-1].endswith(_END):
            raise BadTable(f"{name}:{line}: a quotation begins here and never ends; add the missing quote")
        if len(fields) > 1 or "".join(fields).strip():
            yield line, fields
        line = reader.line_num + 1


def _record(where: str, columns: Sequence[str], fields: list[str]) -> Record:
    if any(fields[len(columns) :]):
        raise BadTable(
            f"{where}: {len(fields)} fields where the first line names {len(columns)}; "
            "put quotes around a text that holds the delimiter"
        )
    filled = fields + [""] * (len(columns) - len(fields))
    return Record(where, dict(reversed(list(zip(columns, filled, strict=False)))))  # of two namesakes the first counts
