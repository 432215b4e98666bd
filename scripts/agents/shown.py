"""Plans as tables for people and as JSON for machines."""

from collections.abc import Iterable, Sequence
from shutil import get_terminal_size

from rich import box
from rich.console import Console
from rich.table import Column, Table

from scripts.agents.plan import Row

_COLUMNS = ("part", "what", "is", "will be")
_WIDEST = 140


def rows_table(rows: Sequence[Row]) -> str:
    """Return rows as a table that fits the terminal; what is the same as in the row above is not repeated."""
    console = Console(width=min(get_terminal_size((120, 24)).columns, _WIDEST), emoji=False, highlight=False)
    columns = (Column(name, overflow="fold") for name in _COLUMNS)
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for row, above in zip(rows, (None, *rows), strict=False):
        target = "" if above and above.target == row.target else row.target
        table.add_row(*map(_plain, (target, row.what, row.before, row.after)))
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())


def noted(notes: Iterable[str]) -> str:
    """Return notes, a line each."""
    return "\n".join(f"Note: {note}" for note in notes)


def _plain(words: str) -> str:
    """Return words whose brackets are no markup."""
    return words.replace("[", r"\[")
