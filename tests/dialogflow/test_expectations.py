"""What a script expects, held against an answer."""

import pytest

from scripts.dialogflow.expectations import unmet
from scripts.dialogflow.script_files import Expectation
from scripts.dialogflow.types import Call, Outcome, Shown
from tests.dialogflow.webhooks import HELLO

OUTCOME = Outcome(
    HELLO,
    (Call(1.0, {}), Call(2.0, {}, event="LATE")),
    Shown(texts=("Call 988 at any time.",), suggestions=("I feel lonely",)),
    is_own=True,
    source="model",
)

MET = [
    Expectation(),
    Expectation(contains=("call", "988")),
    Expectation(contains_any=("112", "988")),
    Expectation(lacks=("doctor",)),
    Expectation(matches=(r"\b\d{3}\b",)),
    Expectation(suggests=("i feel lonely",)),
    Expectation(source="model", within_s=3, follow_ups=1, ends=False),
]

UNMET = {
    "expected_contains": Expectation(contains=("988", "112")),
    "expected_contains_any": Expectation(contains_any=("112", "999")),
    "expected_lacks": Expectation(lacks=("CALL",)),
    "expected_matches": Expectation(matches=(r"^\d",)),
    "expected_suggests": Expectation(suggests=("I feel",)),
    "expected_source": Expectation(source="fallback"),
    "expected_within_s": Expectation(within_s=2.9),
    "expected_follow_ups": Expectation(follow_ups=0),
    "expected_ends": Expectation(ends=True),
}


@pytest.mark.parametrize("expected", MET)
def test_what_holds_is_not_reported(expected: Expectation) -> None:
    """Case does not matter for words; times are the person's whole wait."""
    assert unmet(expected, OUTCOME) == ()


@pytest.mark.parametrize(("check", "expected"), UNMET.items(), ids=UNMET)
def test_what_does_not_hold_is_named(check: str, expected: Expectation) -> None:
    """Each expectation has a finding of its name."""
    assert [finding.check for finding in unmet(expected, OUTCOME)] == [check]


def test_an_answer_without_a_source_may_come_from_anywhere() -> None:
    """Not every webhook names one."""
    silent = Outcome(HELLO, OUTCOME.calls, OUTCOME.shown, is_own=True)

    assert unmet(Expectation(source="model"), silent) == ()
