"""Tables as plain text, for stdout: every cell whole, however narrow the terminal."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

_WIDTH = 1_000  # ids must stay whole to be copied, whatever the terminal's width; `:joy:` in them is no emoji


def text_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows under their heads, columns aligned, no space at the ends of lines."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    written = io.StringIO()
    Console(file=written, width=_WIDTH, highlight=False, markup=False, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())
