"""What was found, as lines for people and as one object for machines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from scripts.checkup.results import Result, Status, count

_COLOURS: Mapping[Status, str] = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": "bright_black"}
_STATUS_WIDTH, _CHECK_WIDTH = 8, 9


def line_of(result: Result) -> str:
    """Return a result on one line, and what to do on the next, in colours that click takes off elsewhere."""
    status = click.style(f"{result.status:<{_STATUS_WIDTH}}", fg=_COLOURS[result.status])
    line = f"{status} {result.check:<{_CHECK_WIDTH}} {result.message}"
    indent = " " * (_STATUS_WIDTH + _CHECK_WIDTH + 2)
    return f"{line}\n{indent}-> {result.fix}" if result.fix else line


def summary_of(results: Sequence[Result]) -> str:
    """Return how many there are of each kind."""
    counts = count(results)
    warnings = "warning" if counts["warning"] == 1 else "warnings"
    return f"{counts['ok']} ok, {counts['warning']} {warnings}, {counts['failed']} failed, {counts['skipped']} skipped"


def record_of(results: Sequence[Result]) -> dict[str, Any]:
    """Return everything as JSON; `ok` is whether nothing failed."""
    counts = count(results)
    return {"ok": counts["failed"] == 0, "counts": dict(counts), "results": [asdict(result) for result in results]}
