"""Care: risk that rises at once and goes down by the day, fixed words after a disclosure, helplines after that."""

import pytest

from app.core.types import Care, RiskLevel
from app.safety.care import after_answer, is_follow_up_due, is_resource_due, raise_risk, risk_now

NOW = 1_700_000_000.0
DAY = 86_400.0


@pytest.mark.parametrize(
    ("days", "left"),
    [(0, "imminent"), (0.99, "imminent"), (1, "active"), (2, "self_harm"), (3, "passive"), (4, "none"), (99, "none")],
)
def test_risk_goes_down_one_step_a_day(days: float, left: RiskLevel) -> None:
    """The flag is sticky, and its end is known."""
    care = raise_risk(Care(), "imminent", NOW)

    assert risk_now(care, NOW + days * DAY) == left


def test_lesser_words_do_not_lower_the_risk() -> None:
    """After an active disclosure, a passive one keeps it active and begins the days anew."""
    care = raise_risk(raise_risk(Care(), "active", NOW), "passive", NOW + DAY / 2)

    assert risk_now(care, NOW + 1.4 * DAY) == "active"


def test_concern_for_somebody_else_is_no_risk_of_ones_own() -> None:
    """A person who worries about a friend is not flagged."""
    assert raise_risk(Care(), "third_party", NOW) == Care()


@pytest.mark.parametrize(("level", "turns"), [("imminent", 3), ("active", 2), ("passive", 1), ("self_harm", 1)])
def test_fixed_words_follow_a_disclosure(level: RiskLevel, turns: int) -> None:
    """The more pressing, the longer no model speaks."""
    care = after_answer(raise_risk(Care(), level, NOW), names_resource=True)
    due = []
    for _ in range(5):
        due.append(is_follow_up_due(care, NOW))
        care = after_answer(care, names_resource=due[-1], is_follow_up=due[-1])

    assert due == [True] * turns + [False] * (5 - turns)


def test_a_flagged_session_names_a_helpline_every_other_answer() -> None:
    """Each answer of a flagged session carries a resource or comes right after one that did."""
    care = after_answer(raise_risk(Care(), "passive", NOW), names_resource=True)
    named = []
    for _ in range(4):
        named.append(is_resource_due(care, NOW))
        care = after_answer(care, names_resource=named[-1])

    assert named == [False, True, False, True]


def test_an_unflagged_session_names_none() -> None:
    """Nobody who is merely sad is shown helplines."""
    assert not is_resource_due(after_answer(after_answer(Care(), False), False), NOW)


def test_a_clock_that_jumps_back_keeps_the_risk() -> None:
    """A risk from the future is a risk."""
    assert risk_now(raise_risk(Care(), "active", NOW), NOW - 10 * DAY) == "active"
