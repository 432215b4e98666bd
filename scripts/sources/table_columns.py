"""Which column of a table is which."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.dataset.types import Finding


def find_column(columns: Iterable[str], asked: str, known: Sequence[str]) -> str | None:
    """Return the column that was asked for, or else the first that `known` names; None if it is not there.

    Large and small letters, spaces, - and _ make no difference.
    """
    by_name = {_plain(column): column for column in reversed(list(columns)) if column}
    for name in (asked,) if asked else known:
        if _plain(name) in by_name:
            return by_name[_plain(name)]
    return None


def missing_column(path: Path, option: str, asked: str, columns: Iterable[str]) -> Finding:
    """Return the finding for a column that is not there, naming those that are."""
    there = ", ".join(filter(None, columns)) or "none"
    what = f'no column "{asked}"' if asked else f"no column that is known as {option}"
    return Finding(
        "error",
        "missing_column",
        f"{path.name}:1",
        f"{what}; the columns are: {there}",
        f"say which: --set {option}=NAME",
    )


def no_rows(path: Path) -> Finding:
    """Return the finding for a table without rows."""
    return Finding("error", "empty_file", path.name, "there is no row below the columns' names", "fill the file")


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
