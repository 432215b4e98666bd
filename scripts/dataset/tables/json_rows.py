"""JSON and JSONL: an object a line, an array of objects, an object of columns, or one single object."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.dataset.tables.types import BadTable, Form, Record, Table

_SHAPE = 'expected an object like {"prompt": "...", "completion": "..."}'


def read_json_rows(name: str, text: str) -> Table:
    """Return the rows of a text that is JSONL or JSON, whatever its name says. Numbers stay as they are written.

    Raises BadTable with the line and cause of what is neither.
    """
    try:
        numbered = list(_lines(name, text))
    except BadTable:
        if not _is_document(text):
            raise
        return _document(name, text)
    if len(numbered) == 1 and not _is_row(numbered[0][1]):
        return _document(name, text)
    return _table(name, "JSONL", numbered)


def _lines(name: str, text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines: U+2028 may stand inside a JSON string
        if line.strip():
            yield number, _parse(name, line, number)


def _parse(name: str, text: str, first_line: int = 1) -> Any:
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise BadTable(f"{name}:{line}: not JSON: {error.msg} at character {error.colno}; {_SHAPE}") from None
    except (ValueError, RecursionError) as error:
        raise BadTable(f"{name}:{first_line}: not JSON: {error}; {_SHAPE}") from None


def _refuse_constant(word: str) -> str:
    raise ValueError(f"{word} is no JSON value")


def _is_document(text: str) -> bool:
    """Tell whether a text that is not JSONL is meant as one JSON value: its first line alone opens a bracket."""
    return text.lstrip().split("\n", 1)[0].strip() in {"[", "{"} or text.lstrip().startswith("[")


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and not any(isinstance(field, list | dict) for field in _asked(value))


def _asked(value: Mapping[str, Any]) -> Iterable[Any]:
    return (field for column, field in value.items() if column.lower() in {"prompt", "completion"})


def _document(name: str, text: str) -> Table:
    value = _parse(name, text)
    rows = value if isinstance(value, list) else _from_columns(name, value)
    return _table(name, "JSON", enumerate(rows, 1))


def _from_columns(name: str, value: Any) -> list[Any]:
    """Turn {"prompt": [...], "completion": [...]}, or the same with {"0": ..., "1": ...}, into rows."""
    if not isinstance(value, dict):
        raise BadTable(f"{name}: {_SHAPE}, or an array of such objects")
    if not any(isinstance(column, list | dict) for column in value.values()):
        return [value]
    columns = {title: column for title, column in value.items() if isinstance(column, list | dict)}
    keyed = {
        title: column if isinstance(column, dict) else {str(number): field for number, field in enumerate(column)}
        for title, column in columns.items()
    }
    keys = dict.fromkeys(key for column in keyed.values() for key in column)
    return [{title: column.get(key) for title, column in keyed.items()} for key in keys]


def _table(name: str, form: Form, numbered: Iterable[tuple[int, Any]]) -> Table:
    records = tuple(_record(f"{name}:{number}", value) for number, value in numbered)
    if not records:
        raise BadTable(f"{name}: the file is empty; {_SHAPE} on each line")
    return Table(name, form, tuple(dict.fromkeys(key for record in records for key in record.fields)), records)


def _record(where: str, value: Any) -> Record:
    if not isinstance(value, dict):
        raise BadTable(f"{where}: {_SHAPE}, found {type(value).__name__}")
    return Record(where, {key: _field(field) for key, field in value.items()})


def _field(value: Any) -> object:
    if value is None:
        return ""
    return str(value) if isinstance(value, bool) else value
