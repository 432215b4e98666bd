"""The report's figures, and that no words of a conversation can act in it."""

from array import array

from scripts.dataset.building.report import Bar, histogram


def test_bars_hold_every_number_once() -> None:
    """At most 20 bars of equal width from the smallest to the largest number."""
    bars = histogram(array("L", [3, 3, 4, 60, 61]))

    assert sum(bar.count for bar in bars) == 5
    assert len(bars) <= 20
    assert (bars[0].low, bars[0].count, bars[0].height) == (3, 3, 100.0)
    assert bars[-1].high >= 61
    assert {bar.high - bar.low for bar in bars} == {2}


def test_bars_of_one_number_and_of_none() -> None:
    """One number gives one bar, nothing gives none."""
    assert histogram(array("L", [7])) == (Bar(7, 7, 1, 100.0),)
    assert histogram(array("L")) == ()
