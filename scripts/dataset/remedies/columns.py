"""From a table to rows: the two columns that count are found, named and freed from all others."""

from collections.abc import Iterator

from scripts.dataset.remedies.types import Advice, Refused, Remedy, Row, Rows, note
from scripts.dataset.tables.types import Record, Table

FEW = 100  # the old tool's figure, and still the cookbook's "50 to 100 to see an effect"


def read_any_format(table: Table) -> Iterator[Advice]:
    """Say what the file is turned into."""
    if table.left_out:
        sheets = ", ".join(f'"{title}"' for title in table.left_out)
        yield note("warning", "read_any_format", f"only the first sheet is read, not {sheets}", "save them as CSV")
    if not table.is_json_lines:
        suffix = table.name.rpartition(".")[2].upper()
        found = table.form if table.form == suffix else f"{table.form} in a .{suffix.lower()} file"
        yield Remedy("read_any_format", "necessary", f"convert {found} to JSONL")


def num_examples(table: Table) -> Iterator[Advice]:
    """Say how many pairs there are, and whether that is few."""
    count = len(table.records)
    yield note("info", "num_examples", f"{count} prompt and completion pair{'' if count == 1 else 's'}")
    if count < FEW:
        yield note("warning", "num_examples", f"fewer than {FEW} pairs", "a few hundred serve well; twice as many help")


def necessary_column(table: Table, column: str) -> Iterator[Advice]:
    """Find a column by its name, in capitals or not. Raises Refused when there is none."""
    found = _column(table, column)
    if found != column:
        yield Remedy("necessary_column", "necessary", f'rename the column "{found}" to "{column}"')


def additional_column(table: Table) -> Iterator[Advice]:
    """Name the columns that will not be used."""
    kept = {_column(table, "prompt"), _column(table, "completion")}
    others = [column for column in table.columns if column not in kept]
    if others:
        named = ", ".join(f'"{column}"' for column in others)
        yield Remedy("additional_column", "necessary", f"leave out {named}: only prompt and completion are trained on")


def to_rows(table: Table) -> Rows:
    """Return the rows as they stand, empty ones too. Raises Refused for what is no text."""
    prompt, completion = _column(table, "prompt"), _column(table, "completion")
    return tuple(Row(_text(record, prompt), _text(record, completion), record.where) for record in table.records)


def _column(table: Table, column: str) -> str:
    if column in table.columns:
        return column
    found = next((title for title in table.columns if title.lower() == column), None)
    if found is not None:
        return found
    if "messages" in table.columns:
        raise Refused(
            f"{table.name}: this is the chat format (messages), which needs no separator and no end mark; "
            f"check it with: python -m scripts.check_dataset {table.name}"
        )
    named = ", ".join(f'"{title}"' for title in table.columns) or "none"
    raise Refused(f'{table.name}: no column "{column}", found {named}; rename the one that is meant')


def _text(record: Record, column: str) -> str:
    value = record.fields.get(column, "")
    if not isinstance(value, str):
        raise Refused(f'{record.where}: "{column}" is a {type(value).__name__}; only text can be trained on')
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(f'{record.where}: "{column}" holds half a character (a lone surrogate); write it whole')
    return value
