"""Marks are added where there are none; beginnings that say nothing are taken away."""

from functools import partial

import pytest

from scripts.dataset.remedies.affix_rules import (
    common_completion_prefix,
    common_completion_suffix,
    common_prompt_prefix,
    common_prompt_suffix,
)
from scripts.dataset.remedies.types import Refused, Remedy, Rule
from scripts.dataset.types import Finding
from tests.dataset.remedies.tables import pairs, rows

LABELS = [("a1", " yes"), ("b2", " no"), *[(f"c{number}", " yes") for number in range(5)]]
force_separator: Rule = partial(common_prompt_suffix, force_marks=True)
force_ending: Rule = partial(common_completion_suffix, force_marks=True)


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (common_prompt_suffix, [("a", "x"), ("b", "y")], [("a ->", "x"), ("b ->", "y")]),
        (common_prompt_suffix, [("alone", "x")], [("alone ->", "x")]),
        (common_prompt_suffix, [("a?", "x"), ("b?", "y")], None),
        (force_separator, [("a?", "x"), ("b?", "y")], [("a? ->", "x"), ("b? ->", "y")]),
        (force_separator, [("a ->", "x"), ("b ->", "y")], None),
        (common_prompt_suffix, [("", "x"), ("", "y")], None),
        (common_completion_suffix, [("a", "x. y"), ("b", "z")], [("a", "x. y\n"), ("b", "z\n")]),
        (common_completion_suffix, [("a", "x\ny"), ("b", "z")], [("a", "x\ny END"), ("b", "z END")]),
        (common_completion_suffix, [("a", "x."), ("b", "y.")], None),
        (force_ending, [("a", "x."), ("b", "y.")], [("a", "x.\n"), ("b", "y.\n")]),
        (common_completion_suffix, LABELS, None),
        (force_ending, LABELS, [(prompt, f"{label}\n") for prompt, label in LABELS]),
        (force_ending, [("", "x"), ("", "y")], None),
        (common_prompt_prefix, [("Twelve long: a", "x"), ("Twelve long: b", "y")], [("a", "x"), ("b", "y")]),
        (common_prompt_prefix, [("Too short: a", "x"), ("Too short: b", "y")], None),
        (common_completion_prefix, [("a", " It is x"), ("b", " It is y")], [("a", " x"), ("b", " y")]),
        (common_completion_prefix, [("a", "It is x"), ("b", "It is y")], [("a", "x"), ("b", "y")]),
        (common_completion_prefix, [("a", "@115712 x"), ("b", "@115788 y")], None),
        (common_completion_prefix, [("a", "It x"), ("b", "It y")], None),
    ],
)
def test_a_rule_changes_what_it_is_for(
    rule: Rule, given: list[tuple[str, str]], expected: list[tuple[str, str]] | None
) -> None:
    """Rows in, rows out; None where there is nothing to advise."""
    remedies = [advice for advice in rule(rows(*given)) if isinstance(advice, Remedy)]

    assert (pairs(remedies[0].apply(rows(*given))) if remedies else None) == expected


def test_a_chance_end_is_said_to_be_one() -> None:
    """People learn that their data has no mark, and how to get one."""
    (said,) = common_completion_suffix(rows(("a", "x, explained"), ("b", "y, explained")))

    assert isinstance(said, Finding)
    assert (said.severity, said.fix) == ("warning", "run with --force-marks to add one")
    assert '", explained"' in said.message


def test_a_row_that_would_be_left_empty_is_reported() -> None:
    """A completion that is its beginning alone has nothing to teach."""
    (said, _) = common_completion_prefix(rows(("a", "Answer: "), ("b", "Answer: y")))

    assert said.message == "nothing would be left of a.jsonl:1"


@pytest.mark.parametrize(
    ("rule", "given"),
    [(common_prompt_suffix, [("a", "x"), ("a", "y")]), (common_completion_suffix, [("a", "x"), ("b", "x")])],
)
def test_rows_that_all_say_the_same_are_refused(rule: Rule, given: list[tuple[str, str]]) -> None:
    """There is nothing to learn from them; a row alone is no such case."""
    with pytest.raises(Refused, match="are the same"):
        list(rule(rows(*given)))
