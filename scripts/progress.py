"""Progress of long work on stderr: nothing for the first second, then a bar with what is done and what is left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_PATIENCE_S = 1.0
_QUIET_STEP_S = 10.0  # where stderr is no terminal (CI, a log file): a plain line now and then instead of a bar


class Step(Protocol):
    """Says that `count` more are done."""

    def __call__(self, count: int = 1, /) -> None: ...


@contextmanager
def progress(what: str, total: int | None = None, note: Callable[[], str] = str) -> Iterator[Step]:
    """Show how far `what` has come, of `total` when it is known. Shows nothing when it is over within a second.

    `note` is asked at each step for more to show, such as the cost so far.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines(what, total, note)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console, transient=True) as bar:
        task = bar.add_task(what, total=total, visible=False, note="")
        began = monotonic()

        def step(count: int = 1, /) -> None:
            bar.update(task, advance=count, visible=monotonic() - began > _PATIENCE_S, note=note())

        yield step


def _plain_lines(what: str, total: int | None, note: Callable[[], str]) -> Step:
    done = 0
    said_at = monotonic()

    def step(count: int = 1, /) -> None:
        nonlocal done, said_at
        done += count
        if monotonic() - said_at > _QUIET_STEP_S:
            said_at = monotonic()
            counted = f"{what}: {done:,}" + (f" of {total:,}" if total else "")
            print(", ".join(filter(None, (counted, note()))), file=sys.stderr)

    return step
