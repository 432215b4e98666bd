"""Tables in JSON: a list of objects, or one object a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.dataset.types import Finding, Report
from scripts.sources.table_row import Row
from scripts.sources.text_files import find_encoding

_SPACE = " \t\r\n\ufeff"


def read_jsonl(path: Path, report: Report) -> Iterator[Row]:
    """Yield one row a line; a line that is no object is reported and left out."""
    with path.open(encoding=find_encoding(path, report), newline="") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip(_SPACE):
                continue
            where = f"{path.name}:{number}"
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                report(Finding("error", "broken_json", where, f"this line is no JSON: {_cause(error)}", "correct it"))
                continue
            yield from _row(value, where, report)


def read_json(path: Path, report: Report) -> Iterator[Row]:
    """Yield one row for each object of the list in the file. A file with one object a line is read as JSONL."""
    text = path.read_text(encoding=find_encoding(path, report)).lstrip(_SPACE)
    if not text.startswith("["):
        yield from _read_object(path, text, report)
        return
    for where, value in _elements(path, text, report):
        yield from _row(value, where, report)


def _read_object(path: Path, text: str, report: Report) -> Iterator[Row]:
    """Read `{"data": [...]}`, an object whose only list holds the rows, or else JSONL."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield from read_jsonl(path, report)
        return
    lists = [inner for inner in value.values() if isinstance(inner, list)] if isinstance(value, dict) else []
    for number, element in enumerate(lists[0] if len(lists) == 1 else [value], start=1):
        yield from _row(element, f"{path.name}:row {number}", report)


def _elements(path: Path, text: str, report: Report) -> Iterator[tuple[str, Any]]:
    """Yield (file:line, value) of the list that the text is, up to the first that is no JSON."""
    decoder, place, line, counted = json.JSONDecoder(), 1, 1, 0
    while True:
        place = _after(text, place, _SPACE + ",")
        line, counted = line + text.count("\n", counted, place), place
        if text[place : place + 1] == "]":
            return
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            message = f"the file cannot be read from here on: {_cause(error)}"
            report(Finding("error", "broken_json", f"{path.name}:{line}", message, "correct the JSON"))
            return
        yield f"{path.name}:{line}", value


def _after(text: str, place: int, skipped: str) -> int:
    while place < len(text) and text[place] in skipped:
        place += 1
    return place


def _row(value: Any, where: str, report: Report) -> Iterator[Row]:
    if not isinstance(value, dict):
        report(Finding("error", "no_object", where, "this is no object with named texts", "write {...} for each row"))
        return
    nested = [str(name) for name, cell in value.items() if isinstance(cell, list | dict)]
    if nested:
        message = f"{', '.join(nested)}: a list or object where a text should be; taken as empty"
        report(Finding("warning", "nested_value", where, message, "use another source for chat messages"))
    yield Row(where, {str(name).strip(): _text(cell) for name, cell in value.items()})


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    return "" if cell is None or isinstance(cell, list | dict) else json.dumps(cell)


def _cause(error: ValueError | RecursionError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "brackets are nested too deep"
