"""Session risk: it rises at once, a calm turn does not lower it, and days do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.types import RiskLevel, Verdict
from app.safety.pattern_compiler import LEVELS
from app.safety.risk import STEP_DOWN_S, Risk, decay, parse, raise_risk, serialise

FINE = Verdict("none", "")


def test_a_finding_raises_the_risk() -> None:
    """The first disclosure is remembered with its moment."""
    assert raise_risk(Risk(), Verdict("active", "en:x"), 100.0) == Risk("active", 100.0)


def test_i_am_fine_now_keeps_it_raised() -> None:
    """A denial after a disclosure keeps the session flagged."""
    risk = Risk("active", 100.0)

    assert raise_risk(risk, FINE, 4000.0) == risk


def test_a_lower_finding_keeps_the_higher_level() -> None:
    """A milder sentence after a pressing one does not calm the session."""
    assert raise_risk(Risk("imminent", 100.0), Verdict("passive", "en:x"), 200.0).level == "imminent"


def test_the_same_finding_starts_the_clock_anew() -> None:
    """Risk that is said again is as fresh as on the first day."""
    assert raise_risk(Risk("active", 0.0), Verdict("active", "en:x"), 500.0) == Risk("active", 500.0)


@pytest.mark.parametrize(
    ("days", "level"),
    [(0.9, "imminent"), (1.1, "active"), (2.1, "self_harm"), (3.1, "passive"), (4.1, "third_party"), (9, "none")],
)
def test_each_day_takes_one_step(days: float, level: RiskLevel) -> None:
    """Without a new finding the level goes down one step for each 24 hours."""
    assert decay(Risk("imminent", 1000.0), 1000.0 + days * STEP_DOWN_S).level == level


def test_a_clock_that_went_backwards_changes_nothing() -> None:
    """A corrected clock neither raises nor lowers a risk."""
    assert decay(Risk("active", 1000.0), 0.0) == Risk("active", 1000.0)


def test_many_turns_decay_like_one() -> None:
    """How often somebody writes does not change how long the risk lasts."""
    risk = Risk("imminent", 0.0)
    for hour in range(1, 60):
        risk = raise_risk(risk, FINE, hour * 3600.0)

    assert risk.level == decay(Risk("imminent", 0.0), 59 * 3600.0).level == "self_harm"


@given(st.sampled_from(LEVELS), st.floats(min_value=0, max_value=1e12))
def test_what_is_stored_comes_back(level: RiskLevel, at: float) -> None:
    """Nothing is lost on the way through a store."""
    assert parse(serialise(Risk(level, at))) == Risk(level, at)


def test_an_empty_store_is_no_risk() -> None:
    """A session that never stored anything starts calm."""
    assert parse("") == Risk()


@pytest.mark.parametrize("text", ["active", "@1", "rage@1", "active@", "active@soon", "none@nan", "active@inf"])
def test_broken_stores_are_refused(text: str) -> None:
    """A damaged record is an error, never a calm session."""
    with pytest.raises(ValueError, match=r"stored risk|could not convert"):
        parse(text)
