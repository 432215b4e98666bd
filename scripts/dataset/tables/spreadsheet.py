"""XLSX: the first sheet, as a person sees it. Numbers come as text, whole ones without ".0"."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from scripts.dataset.tables.types import BadTable, Record, Table


def read_spreadsheet(path: Path) -> Table:
    """Return the rows of the first sheet; its first row names the columns, empty rows are no rows.

    Of a formula the value counts that was last computed, nothing where that is an error (#N/A).
    Raises BadTable for what is no spreadsheet or has no header.
    """
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError) as error:
        raise BadTable(f"{path.name}: not an XLSX file ({error}); save it as one, or as CSV") from error
    try:
        first, *others = book.worksheets
        rows = list(_filled_rows(first.iter_rows(values_only=True)))
    finally:
        book.close()
    if not rows:
        raise BadTable(f"{path.name}: the first sheet is empty; its first row must name the columns")
    (_, header), *body = rows
    columns = tuple(title or f"column {number}" for number, title in enumerate(header, 1))
    records = tuple(Record(f"{path.name}:{number}", _fields(columns, cells)) for number, cells in body)
    return Table(path.name, "XLSX", tuple(dict.fromkeys(columns)), records, tuple(sheet.title for sheet in others))


def _filled_rows(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, 1):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or cell in ERROR_CODES else str(cell)


def _fields(columns: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    filled = [*cells, *[""] * (len(columns) - len(cells))]
    return dict(reversed(list(zip(columns, filled, strict=False))))  # of two namesakes the first counts
