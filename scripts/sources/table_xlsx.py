"""Tables in Excel workbooks."""

import warnings
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from scripts.dataset.types import Finding, Report
from scripts.sources.table_row import Row, name_columns


def read_xlsx(path: Path, report: Report) -> Iterator[Row]:
    """Yield the rows of the first sheet under its first row, values instead of formulas, rows as they are read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of drawings and validations, which no table needs
        try:
            book = load_workbook(path, read_only=True, data_only=True)
        except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
            message = f"this is no workbook that can be opened ({type(error).__name__})"
            report(Finding("error", "broken_xlsx", path.name, message, "save it again as .xlsx or as CSV"))
            return
    try:
        _tell_sheets(book.sheetnames, path, report)
        yield from _rows(book.worksheets[0].iter_rows(values_only=True), path, report)
    finally:
        book.close()


def _tell_sheets(names: list[str], path: Path, report: Report) -> None:
    if len(names) > 1:
        message = f'only the first of {len(names)} sheets is read, "{names[0]}"'
        report(Finding("warning", "several_sheets", path.name, message, "save the others as files of their own"))


def _rows(rows: Iterator[tuple[Any, ...]], path: Path, report: Report) -> Iterator[Row]:
    columns = name_columns([_text(cell) for cell in next(rows, ())], f"{path.name}:1", report)
    for number, values in enumerate(rows, start=2):
        texts = [_text(cell) for cell in values]
        yield Row(f"{path.name}:{number}", dict(zip(columns, texts, strict=False)) if any(texts) else {})


def _text(cell: Any) -> str:
    """Return a cell as it is shown: 3.0 is 3, dates are written the ISO way, errors such as #N/A are texts."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
