"""The rows of a table, whatever file it lies in: CSV, TSV, XLSX, JSON or JSONL, each cell as the text it shows.

"NA", "null" and "1.0" stay what they are. Which columns mean what is decided elsewhere (table_columns.py).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scripts.dataset.types import Report
from scripts.sources.table_csv import read_csv
from scripts.sources.table_json import read_json, read_jsonl
from scripts.sources.table_row import Row
from scripts.sources.table_xlsx import read_xlsx

_READERS: Mapping[str, Callable[[Path, Report], Iterator[Row]]] = {
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".xlsm": read_xlsx,
    ".xlsx": read_xlsx,
}


def read_table(path: Path, report: Report) -> Iterator[Row]:
    """Yield the rows of a table in order; what cannot be read is reported. CSV, JSONL and XLSX are read row by row.

    A blank line of a CSV or XLSX is a row without cells. The ending tells the kind; any other is read as CSV.
    """
    yield from _READERS.get(path.suffix.lower(), read_csv)(path, report)
