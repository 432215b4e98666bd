"""Which of a million texts are nearly the same, without comparing each with each.

MinHash with bands ("On the resemblance and containment of documents", Broder 1997): a text is its runs of three words;
96 smallest hashes in 16 bands of 6 make texts that share nine tenths of their runs meet in a band in all but one of
200,000 cases, and those that share half of them in 22 of 100. Who meets is then compared exactly.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BANDS = 16
_ROWS = 6
_RUN = 3

Sketch = NDArray[np.uint64]


def shingles(words: Sequence[str]) -> frozenset[int]:
    """Return numbers for the runs of three words; a text of fewer words is one run."""
    runs = (" ".join(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)))
    return frozenset(crc32(run.encode(errors="surrogatepass")) for run in runs)


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of runs that both have, of all that either has."""
    return len(one & other) / len(one | other)


def sketch(words: Sequence[str]) -> Sketch:
    """Return one number for each band; near texts share at least one of them, almost surely."""
    factors, offsets, mix = _constants()
    runs = np.fromiter(shingles(words), dtype=np.uint64)
    smallest = ((runs[:, None] * factors + offsets) >> np.uint64(32)).min(axis=0)
    bands: Sketch = (smallest.reshape(BANDS, _ROWS) * mix).sum(axis=1, dtype=np.uint64)
    return bands


@cache
def _constants() -> tuple[Sketch, Sketch, Sketch]:
    """Return the hash functions; Python's generator gives the same ones for a seed in every version."""
    chance = random.Random(1)
    draw = [[chance.getrandbits(64) for _ in range(count)] for count in (BANDS * _ROWS, BANDS * _ROWS, _ROWS)]
    factors, offsets, mix = (np.array(numbers, dtype=np.uint64) for numbers in draw)
    return factors | np.uint64(1), offsets, mix | np.uint64(1)


def near_pairs(sketches: Sketch, is_near: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield (earlier, later) row numbers that is_near confirms, ordered by the later one.

    In each band, every row is compared with the first one only: a heap of n copies costs n comparisons.
    """
    if len(sketches) == 0:
        return
    candidates = np.unique(np.concatenate([_meetings(sketches[:, band]) for band in range(BANDS)]), axis=0)
    for later, earlier in candidates:
        if is_near(int(earlier), int(later)):
            yield int(earlier), int(later)


def _meetings(band: Sketch) -> NDArray[np.int64]:
    """Return the rows (later, first) of those that share their number with an earlier one."""
    _, first, kind = np.unique(band, return_index=True, return_inverse=True)
    earliest = first[kind]
    rows = np.flatnonzero(earliest != np.arange(len(band)))
    return np.column_stack((rows, earliest[rows]))
