"""The values of this room: a row, what a rule has to say about all rows, and a step from rows to rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from scripts.dataset.types import Finding, Severity

Kind = Literal["necessary", "optional"]
"""necessary: the file cannot be trained on without it. optional: advice, which a person may decline."""

Task = Literal["open-ended generation", "classification", "conditional generation"]


@dataclass(frozen=True, slots=True)
class Row:
    """A prompt and what is to follow it. `where` is file:line and tells rows apart."""

    prompt: str
    completion: str
    where: str


Rows = tuple[Row, ...]


class Refused(Exception):
    """The file cannot be made fit for training by any rule; the message says why and what to do."""


def unchanged(rows: Rows) -> Rows:
    """Return the rows as they are: for what happens to the file and not to its rows."""
    return rows


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that a rule proposes. `message` completes "We will ..." in a line without its dot."""

    rule: str
    kind: Kind
    message: str
    apply: Callable[[Rows], Rows] = unchanged


Advice = Finding | Remedy
Rule = Callable[[Rows], Iterator[Advice]]
"""Looks at all rows; says what it saw and at most one remedy. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Step:
    """A remedy, the rows it was given and the rows it made."""

    remedy: Remedy
    before: Rows
    after: Rows


def note(severity: Severity, rule: str, message: str, fix: str = "", where: str = "") -> Finding:
    """Return what a rule has to say; `where` is empty when it is about the whole file."""
    return Finding(severity, rule, where, message, fix)


def task_of(rows: Rows) -> Task:
    """Return what the rows look like: no prompts, few answers for many rows, or an answer of its own for each."""
    if not any(row.prompt for row in rows):
        return "open-ended generation"
    answers = {row.completion for row in rows}
    return "classification" if len(answers) * 3 < len(rows) else "conditional generation"


def lines_of(rows: Rows, shown: int = 5) -> str:
    """Return where rows stand, the first few of them: "a.csv:2, a.csv:9 and 3 more"."""
    places = ", ".join(row.where for row in rows[:shown])
    return f"{places} and {len(rows) - shown} more" if len(rows) > shown else places
