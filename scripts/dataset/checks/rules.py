"""What a check is made of: a name, how bad it is, one sentence for people, and the function that looks.

Findings travel to terminals, logs and tickets, so `quoted` shows a value only where it looks like a name, never words.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from scripts.dataset.checks.example import Example, FileView, Format
from scripts.dataset.types import Finding, Severity

_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """What one check saw. `place` is where in the line (`messages[2]`), empty for all of it."""

    message: str
    fix: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check as people know it: its name in findings, its severity, one sentence that explains it."""

    name: str
    severity: Severity
    explanation: str

    def found(self, where: str, problem: Problem) -> Finding:
        """Return the finding for `where` (file:line, or the file alone)."""
        place = f"{where} {problem.place}".rstrip()
        return Finding(self.severity, self.name, place, problem.message, problem.fix)


@dataclass(frozen=True, slots=True)
class ExampleCheck(Rule):
    """Looks at one example of the formats it knows."""

    formats: frozenset[Format]
    run: Callable[[Example], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class FileCheck(Rule):
    """Looks at a file as a whole, once all of its lines were read."""

    run: Callable[[FileView], Iterable[Problem]]


def example_check(
    severity: Severity, *formats: Format
) -> Callable[[Callable[[Example], Iterable[Problem]]], ExampleCheck]:
    """Make a check of a function: its name is the check's, the first line of its docstring explains it."""
    return lambda look: ExampleCheck(look.__name__, severity, _first_line(look), frozenset(formats), look)


def file_check(severity: Severity) -> Callable[[Callable[[FileView], Iterable[Problem]]], FileCheck]:
    """Make a check of a whole file of a function, named and explained like `example_check` does."""
    return lambda look: FileCheck(look.__name__, severity, _first_line(look), look)


def quoted(value: Any) -> str:
    """Return a value as it may be shown: in quotes when it looks like a name, otherwise only what kind it is."""
    if isinstance(value, str):
        return f'"{value}"' if _NAME.fullmatch(value) else f"a text of {len(value):,} characters"
    return kind_of(value)


def kind_of(value: Any) -> str:
    """Return what JSON calls a value."""
    kinds = {bool: "true or false", dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return kinds.get(type(value), "a number")


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """Return `did you mean "role"?`, or the list of what is known when nothing is near."""
    names = sorted(known)
    near = get_close_matches(str(word)[:40].lower(), names, n=1)
    return f'did you mean "{near[0]}"?' if near else f"known are {', '.join(names)}"


def _first_line(look: Callable[..., object]) -> str:
    return (look.__doc__ or "").strip().partition("\n")[0]
