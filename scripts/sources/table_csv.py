"""Tables in CSV and TSV."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from scripts.dataset.types import Finding, Report
from scripts.sources.table_row import Row, name_columns
from scripts.sources.text_files import find_encoding

_SEPARATORS = ",;\t|"
_HEADER_CHARACTERS = 10_000


def read_csv(path: Path, report: Report) -> Iterator[Row]:
    """Yield the rows of a CSV or TSV. The separator is the one of , ; tab | that the first line has most of."""
    with path.open(encoding=find_encoding(path, report), newline="") as file:
        separator = "\t" if path.suffix.lower() == ".tsv" else _separator(file)
        reader = csv.reader(file, delimiter=separator)
        begins = 1
        columns: Sequence[str] | None = None
        try:
            for values in reader:
                where, begins = f"{path.name}:{begins}", reader.line_num + 1
                if columns is None:
                    columns = name_columns(values, where, report)
                    continue
                row = _row(columns, values, separator, where, report)
                if row:
                    yield row
        except csv.Error as error:
            report(_broken(path, begins, error))


def _separator(file: IO[str]) -> str:
    start = file.read(_HEADER_CHARACTERS)
    file.seek(0)
    header = start.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=header.count)


def _row(columns: Sequence[str], values: Sequence[str], separator: str, where: str, report: Report) -> Row | None:
    """Return the row, None if its cells cannot be told apart."""
    if len(columns) == 1 and len(values) > 1:
        values = [separator.join(values)]  # a single column whose text holds the separator without quotation marks
    if len(values) > len(columns):
        message = f"{len(values)} cells, but {len(columns)} columns; the row is left out"
        report(Finding("error", "ragged_row", where, message, f'put text with "{separator}" in quotation marks'))
        return None
    if values and len(values) < len(columns):
        message = f"{len(values)} cells, but {len(columns)} columns; the missing ones are taken as empty"
        report(Finding("warning", "ragged_row", where, message, "fill in the missing cells"))
    padded = [*values, *[""] * (len(columns) - len(values))]
    return Row(where, dict(zip(columns, padded, strict=True)) if values else {})


def _broken(path: Path, line: int, error: csv.Error) -> Finding:
    message = f"the rows from here on cannot be read: {error}"
    fix = "look for a quotation mark that opens a text and never closes it"
    return Finding("error", "broken_csv", f"{path.name}:{line}", message, fix)
