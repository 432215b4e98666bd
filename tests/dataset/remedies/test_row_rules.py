"""Rules on whole rows: each says what it would do, and does that alone."""

import pytest

from scripts.dataset.remedies.row_rules import (
    completions_space_start,
    duplicated_rows,
    empty_completion,
    format_inferrer,
    long_examples,
    lower_case_completion,
    lower_case_prompt,
)
from scripts.dataset.remedies.types import Remedy, Rows, Rule, task_of
from scripts.dataset.types import Finding
from tests.dataset.remedies.tables import pairs, rows

LONG = "x" * 9_999


def changed(rule: Rule, given: Rows) -> list[tuple[str, str]] | None:
    """Return what the rule makes of the rows, None when it proposes nothing."""
    remedies = [advice for advice in rule(given) if isinstance(advice, Remedy)]
    return pairs(remedies[0].apply(given)) if remedies else None


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (empty_completion, [("a", "x"), ("b", ""), ("", "y")], [("a", "x"), ("", "y")]),
        (empty_completion, [("a", "x"), ("b", " ")], None),
        (duplicated_rows, [("a", "x"), ("b", "x"), ("a", "x"), ("a", "y")], [("a", "x"), ("b", "x"), ("a", "y")]),
        (duplicated_rows, [("a", "x"), ("A", "x")], None),
        (long_examples, [("a", LONG), ("aa", LONG)], [("a", LONG)]),
        (long_examples, [("", LONG + "xx"), ("", "y")], None),
        (lower_case_prompt, [("ABC def", "X")], [("abc def", "X")]),
        (lower_case_prompt, [("AB cdef", "X")], None),
        (lower_case_completion, [("A", "ÄPFEL"), ("B", "eins")], [("A", "äpfel"), ("B", "eins")]),
        (lower_case_completion, [("A", "123")], None),
        (lower_case_completion, [("a", "x END"), ("b", "y END")], None),
        (lower_case_completion, [("a", "X END"), ("b", "Y END")], [("a", "x END"), ("b", "y END")]),
        (lower_case_prompt, [("A [ASK]", "x"), ("B [ASK]", "y")], [("a [ASK]", "x"), ("b [ASK]", "y")]),
        (completions_space_start, [("a", " x"), ("b", "y")], [("a", " x"), ("b", " y")]),
        (completions_space_start, [("a", "xy"), ("b", "xz")], [("a", " xy"), ("b", " xz")]),
        (completions_space_start, [("a", " x"), ("b", "  y")], None),
    ],
)
def test_a_rule_changes_what_it_is_for(
    rule: Rule, given: list[tuple[str, str]], expected: list[tuple[str, str]] | None
) -> None:
    """Rows in, rows out; None where there is nothing to advise."""
    assert changed(rule, rows(*given)) == expected


def test_a_long_row_is_found_again_after_others_were_dropped() -> None:
    """The long row itself goes, not the one that now stands where it stood."""
    given = rows(("a", "x"), ("a", "x"), ("b", "y"), ("c", LONG + "z"))
    (remedy,) = (advice for advice in long_examples(given) if isinstance(advice, Remedy))

    assert pairs(remedy.apply(given[1:])) == [("a", "x"), ("b", "y")]


def test_blank_fields_are_reported_and_stay() -> None:
    """Spaces alone are no empty field to the rules, but people should know."""
    given = rows(("a", " "), (" ", "x"), ("b", "y"))

    said = [advice.message for advice in empty_completion(given) if isinstance(advice, Finding)]
    assert said == ["a completion of spaces alone: a.jsonl:1", "a prompt without words: a.jsonl:2"]


@pytest.mark.parametrize(
    ("given", "task"),
    [
        ([("", "x"), ("", "y")], "open-ended generation"),
        ([("a", "x"), ("b", "x"), ("c", "x"), ("d", "x")], "classification"),
        ([("a", "x"), ("b", "x"), ("c", "x")], "conditional generation"),
    ],
)
def test_the_task_is_seen_from_the_rows(given: list[tuple[str, str]], task: str) -> None:
    """No prompts; fewer answers than a third of the rows; anything else."""
    assert task_of(rows(*given)) == task
    assert [advice.message for advice in format_inferrer(rows(*given))] == [f"this looks like {task}"]
