"""A plan keeps the old tool's order; an outcome takes the steps that were accepted, and no others."""

import pytest

from scripts.dataset.marks import Marks
from scripts.dataset.remedies.outcome import carry_out, split
from scripts.dataset.remedies.plan import NECESSARY, OPTIONAL, make_plan
from scripts.dataset.remedies.shown import changes_of, show_step, step_record
from scripts.dataset.remedies.types import Refused, Step
from scripts.dataset.tables.types import Record, Table
from tests.dataset.remedies.tables import pairs, rows, table

EVERYTHING = Table(
    "a.csv",
    "CSV",
    ("id", "Prompt", "completion"),
    tuple(
        Record(f"a.csv:{line}", {"id": str(line), "Prompt": prompt, "completion": completion})
        for line, (prompt, completion) in enumerate(
            [
                ("SUM THIS UP: ONE", "Answer: FIRST"),
                ("SUM THIS UP: ONE", "Answer: FIRST"),
                ("SUM THIS UP: TWO", ""),
                ("SUM THIS UP: SIX", "Answer: LAST"),
                ("SUM THIS UP: " + "A" * 10_000, "Answer: LONG"),
            ],
            2,
        )
    ),
)


def everything(_: Step) -> bool:
    return True


def test_rules_come_in_the_old_order() -> None:
    """A file with every fault gets every rule, necessary ones first."""
    outcome = carry_out(make_plan(EVERYTHING), everything)

    taken = [decision.step.remedy.rule for decision in outcome.decisions]
    assert taken == [*NECESSARY, *(rule for rule in OPTIONAL if rule != "split")]
    assert pairs(outcome.parts.train) == [("one ->", " first\n"), ("six ->", " last\n")]
    assert outcome.marks == Marks(" ->", "\n")


def test_declined_steps_leave_the_rows_alone() -> None:
    """What is necessary happens, nothing else does."""
    outcome = carry_out(make_plan(EVERYTHING), lambda step: step.remedy.rule == "duplicated_rows")

    assert [row.where for row in outcome.parts.train] == ["a.csv:2", "a.csv:5", "a.csv:6"]
    assert outcome.parts.train[0].prompt == "SUM THIS UP: ONE"
    assert outcome.marks == Marks(None, None)


def test_advice_is_worked_out_on_the_rows_as_they_were() -> None:
    """Rows that become the same only by another step stay two, as with the old tool."""
    outcome = carry_out(make_plan(table(("ABC", "x"), ("abC", "x"), ("D", "y"))), everything)

    assert pairs(outcome.parts.train) == [("abc ->", " x\n"), ("abc ->", " x\n"), ("d ->", " y\n")]


def test_labels_are_split() -> None:
    """A fifth is kept for validation, in the file's order; no row is lost, and the split may be declined."""
    labels = table(*[(f"ticket {number} ->", f" {'yes' if number % 2 else 'no'}") for number in range(20)])

    outcome = carry_out(make_plan(labels), everything)
    whole = carry_out(make_plan(labels), lambda step: step.remedy.rule != "split")

    validation = outcome.parts.validation or ()
    assert (len(outcome.parts.train), len(validation)) == (16, 4)
    assert sorted(validation + outcome.parts.train, key=lambda row: row.where) == sorted(
        whole.parts.train, key=lambda row: row.where
    )
    assert [int(row.where.split(":")[1]) for row in validation] == sorted(
        int(row.where.split(":")[1]) for row in validation
    )
    assert (whole.parts.validation, whole.changes_nothing, outcome.changes_nothing) == (None, True, False)


def test_validation_is_a_thousand_rows_at_most() -> None:
    """Of large files more goes to training."""
    parts = split(rows(*[(str(number), "x") for number in range(6_000)]))

    assert (len(parts.train), len(parts.validation or ())) == (5_000, 1_000)


def test_a_step_is_shown_by_its_first_changes() -> None:
    """Two rows before and after, in their place; the rest is a number."""
    before = rows(("a", "x"), ("b", "y"), ("c", "z"), ("d", "w"))
    (remedy,) = make_plan(table(("a", "x"), ("b", "y"), ("c", "z"), ("d", "w"))).proposals[:1]

    shown = list(show_step(Step(remedy, before, remedy.apply(before)[1:]), "optional"))

    assert [line.strip() for line in shown] == [
        'optional   common_prompt_suffix: end every prompt with the separator " ->"',
        "a.jsonl:1",
        '- "a" "x"',
        "a.jsonl:2",
        '- "b"',
        '+ "b ->"',
        "and 2 more",
    ]


def test_a_step_is_recorded_in_numbers() -> None:
    """Rows changed and rows dropped, and nobody's words."""
    (step,) = make_plan(table(("a", "x"), ("b", ""))).steps

    assert step_record(step, accepted=True) == {
        "rule": "empty_completion",
        "kind": "necessary",
        "accepted": True,
        "changed": 0,
        "dropped": 1,
    }
    assert [change.after for change in changes_of(step)] == [None]


def test_a_file_without_completions_is_refused() -> None:
    """Nothing is written that nobody can train on."""
    with pytest.raises(Refused, match="nothing to train on"):
        make_plan(table(("a", ""), ("b", "")))
