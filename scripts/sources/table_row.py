"""One row of a table, and the names of its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.dataset.types import Finding, Report


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `where` is file:line of its first line (XLSX: of the row); an empty cell is ""."""

    where: str
    cells: Mapping[str, str]


def name_columns(values: Sequence[str], where: str, report: Report) -> Sequence[str]:
    """Return the columns' names without spaces around them. Of two of the same name, the second is never read."""
    names: list[str] = []
    for value in values:
        name = value.strip().lstrip("\ufeff")
        if name and name in names:
            message = f'there are two columns "{name}"; the first is read'
            report(Finding("warning", "same_column_twice", where, message, "rename one of them"))
            name = ""
        names.append(name)
    return names
