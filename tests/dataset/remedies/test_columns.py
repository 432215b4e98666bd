"""Two columns are found, whatever else a file holds; a file without them is refused with the way out."""

from collections.abc import Iterable

import pytest

from scripts.dataset.remedies.columns import (
    additional_column,
    necessary_column,
    num_examples,
    read_any_format,
    to_rows,
)
from scripts.dataset.remedies.types import Advice, Refused, Row
from scripts.dataset.tables.types import Form, Record, Table


def table(*records: dict[str, object], name: str = "a.jsonl", form: Form = "JSONL") -> Table:
    columns = tuple(dict.fromkeys(column for record in records for column in record))
    return Table(name, form, columns, tuple(Record(f"{name}:{line}", record) for line, record in enumerate(records, 1)))


def messages(advice: Iterable[Advice]) -> list[str]:
    return [item.message for item in advice]


@pytest.mark.parametrize(
    ("name", "form", "said"),
    [
        ("a.jsonl", "JSONL", []),
        ("a.csv", "CSV", ["convert CSV to JSONL"]),
        ("a.json", "JSON", ["convert JSON to JSONL"]),
        ("a.json", "JSONL", ["convert JSONL in a .json file to JSONL"]),
        ("a.jsonl", "JSON", ["convert JSON in a .jsonl file to JSONL"]),
    ],
)
def test_only_json_lines_named_so_need_no_conversion(name: str, form: Form, said: list[str]) -> None:
    """What an endpoint takes is left alone, everything else is converted."""
    assert messages(read_any_format(table({"prompt": "a"}, name=name, form=form))) == said


def test_further_sheets_are_named() -> None:
    """Nobody trains on half a workbook without knowing."""
    (said, _) = read_any_format(Table("a.xlsx", "XLSX", ("prompt",), (), ("notes", "old")))

    assert said.message == 'only the first sheet is read, not "notes", "old"'


@pytest.mark.parametrize(("count", "notes"), [(1, 2), (99, 2), (100, 1)])
def test_few_examples_are_said_to_be_few(count: int, notes: int) -> None:
    """From a hundred on, the number alone is given."""
    records: list[dict[str, object]] = [{"prompt": "a"}] * count
    said = messages(num_examples(table(*records)))

    assert (said[0].split()[0], len(said)) == (str(count), notes)


def test_columns_are_found_in_capitals() -> None:
    """The first column of that name counts, the one in small letters before all."""
    capitals = table({"id": "1", "PROMPT": "a", "Prompt": "x", "Completion": "b"})

    assert messages(necessary_column(capitals, "prompt")) == ['rename the column "PROMPT" to "prompt"']
    assert messages(additional_column(capitals)) == [
        'leave out "id", "Prompt": only prompt and completion are trained on'
    ]
    assert to_rows(capitals) == (Row("a", "b", "a.jsonl:1"),)
    assert to_rows(table({"Prompt": "x", "prompt": "a"}, {"completion": "b"})) == (
        Row("a", "", "a.jsonl:1"),
        Row("", "b", "a.jsonl:2"),
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"question": "a", "completion": "b"}, r'no column "prompt", found "question", "completion"'),
        ({"messages": []}, r"chat format .*scripts\.check_dataset a\.jsonl"),
        ({"prompt": "a", "completion": ["b"]}, r'a\.jsonl:1: "completion" is a list'),
        ({"prompt": "a\ud83d", "completion": "b"}, r'a\.jsonl:1: "prompt" holds half a character'),
    ],
)
def test_what_cannot_be_trained_on_is_refused(record: dict[str, object], reason: str) -> None:
    """The message says where, what was found, and what to do."""
    with pytest.raises(Refused, match=reason):
        to_rows(table(record))
