"""Small tables to try rules on."""

from scripts.dataset.remedies.types import Row, Rows
from scripts.dataset.tables.types import Record, Table


def rows(*pairs: tuple[str, str]) -> Rows:
    """Return rows that stand on the lines 1, 2, ... of a.jsonl."""
    return tuple(Row(prompt, completion, f"a.jsonl:{line}") for line, (prompt, completion) in enumerate(pairs, 1))


def table(*pairs: tuple[str, str], name: str = "a.jsonl") -> Table:
    """Return the same as a file."""
    records = tuple(
        Record(f"{name}:{line}", {"prompt": prompt, "completion": completion})
        for line, (prompt, completion) in enumerate(pairs, 1)
    )
    return Table(name, "JSONL", ("prompt", "completion"), records)


def pairs(rows: Rows) -> list[tuple[str, str]]:
    """Return prompts and completions alone."""
    return [(row.prompt, row.completion) for row in rows]
