"""How sure a mean is: 95% intervals by bootstrap. What belongs to one conversation is drawn together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_DRAWS = 2_000
_SEED = 20_261_121
_BOUNDS = (2.5, 97.5)


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
    names, places = np.unique(np.array(units), return_inverse=True)
    sums = np.bincount(places, weights=np.array(values, dtype=float))
    counts = np.bincount(places)
    chance = np.random.default_rng(_SEED)
    means = []
    for _ in range(_DRAWS):
        drawn = chance.integers(len(names), size=len(names))
        means.append(sums[drawn].sum() / counts[drawn].sum())
    low, high = np.percentile(means, _BOUNDS)
    return Interval(float(sums.sum() / counts.sum()), float(low), float(high), len(values))
