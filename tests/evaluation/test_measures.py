"""Numbers over many answers: means with intervals, differences in pairs, variety."""

import numpy as np
import pytest

from scripts.evaluation.intervals import Interval, interval_of
from scripts.evaluation.measures import Variety, difference, variety
from scripts.evaluation.types import Item


def test_an_interval_is_the_same_on_every_run() -> None:
    """Nothing but the values decides."""
    values = list(np.random.default_rng(3).normal(0.5, 0.1, 200))
    units = [str(number) for number in range(200)]

    found = interval_of(values, units)

    assert found == interval_of(values, units)
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.1 / 200**0.5, rel=0.2)


def test_answers_of_one_conversation_are_no_independent_witnesses() -> None:
    """The same fifty values say less when they come from two conversations than from fifty."""
    values = [0.0] * 25 + [1.0] * 25

    alone = interval_of(values, [str(number) for number in range(50)])
    together = interval_of(values, ["a"] * 25 + ["b"] * 25)

    assert together == Interval(0.5, 0.0, 1.0, 50)
    assert alone is not None
    assert (alone.low > 0.3, alone.high < 0.7) == (True, True)


def test_nothing_has_no_interval() -> None:
    """No values, no number."""
    assert interval_of([], []) is None


def test_differences_are_of_the_same_item() -> None:
    """An item that one arm did not answer is in no difference."""
    items = [Item(name, "held_out", name, "") for name in "abc"]
    tuned = {"a": {"chrf": 30.0}, "b": {"chrf": 10.0}}
    prompted = {"a": {"chrf": 20.0, "loss": 1.0}, "b": {"chrf": 0.0}, "c": {"chrf": 99.0}}

    assert difference(items, tuned, prompted) == {"chrf": Interval(10.0, 10.0, 10.0, 2)}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], Variety(0.0, 0.0, 0.0)),
        (["one two", "one three"], Variety(0.75, 1.0, 0.0)),
        (["I hear you.", "i hear you", "Why?", "What now?"], Variety(6 / 9, 3 / 5, 0.5)),
    ],
)
def test_variety_counts_words_pairs_and_repeats(texts: list[str], expected: Variety) -> None:
    """Case and punctuation make no difference between answers."""
    assert variety(texts) == expected
