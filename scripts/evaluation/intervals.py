"""How sure a mean is: 95% intervals by bootstrap. What belongs to one conversation is drawn together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DRAWS = 2_000
_SEED = 20_261_121
_BOUNDS = (2.5, 97.5)
_MOST_PLACES = 2_000_000  # 16 MB at a time

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of `count` values with its interval."""

    mean: float
    low: float
    high: float
    count: int


def interval_of(values: Sequence[float], units: Sequence[str]) -> Interval | None:
    """Return mean and interval of values, each of a unit; None without values. The same values give the same numbers.

    Units are drawn with replacement (percentile bootstrap, 2,000 draws).
    """
    if not values:
        return None
    _, places = np.unique(np.array(units), return_inverse=True)
    sums = np.bincount(places, weights=np.array(values, dtype=float))
    counts = np.bincount(places)
    means = np.concatenate(list(_drawn_means(sums, counts)))
    low, high = np.percentile(means, _BOUNDS)
    return Interval(float(sums.sum() / counts.sum()), float(low), float(high), len(values))


def _drawn_means(sums: Numbers, counts: Numbers) -> Iterator[Numbers]:
    """Yield the means of the draws, as many at once as memory allows."""
    chance = np.random.default_rng(_SEED)
    units = len(sums)
    at_once = max(1, min(_DRAWS, _MOST_PLACES // units))
    for begin in range(0, _DRAWS, at_once):
        drawn = chance.integers(units, size=(min(at_once, _DRAWS - begin), units))
        yield sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
