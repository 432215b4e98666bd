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

_AT_ONCE = 50_000  # pairs looked at together: 64 bytes each for either side

Sketch = NDArray[np.uint32]
"""One number for each band; a table of them has a row for each text."""

_Numbers = NDArray[np.uint64]


def shingles(words: Sequence[str]) -> frozenset[int]:
    """Return numbers for the runs of three words; a text of fewer words is one run."""
    return frozenset(_runs(words).tolist())


def _runs(words: Sequence[str]) -> _Numbers:
    numbers = np.fromiter((crc32(word.encode(errors="surrogatepass")) for word in words), np.uint64, len(words))
    first, second, third = _constants()[2][:_RUN]
    if len(numbers) < _RUN:
        return np.array([(numbers * first).sum(dtype=np.uint64)])
    runs: _Numbers = numbers[:-2] * first + numbers[1:-1] * second + numbers[2:] * third
    return runs


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of runs that both have, of all that either has."""
    return len(one & other) / len(one | other)


def sketch(words: Sequence[str]) -> Sketch:
    """Return one number for each band; near texts share at least one of them, almost surely."""
    factors, offsets, mix = _constants()
    smallest = ((_runs(words)[:, None] * factors + offsets) >> np.uint64(32)).min(axis=0)
    bands: _Numbers = (smallest.reshape(BANDS, _ROWS) * mix).sum(axis=1, dtype=np.uint64)
    return (bands >> np.uint64(32)).astype(np.uint32)


def table_of(sketches: bytes | bytearray) -> Sketch:
    """Return sketches that were laid one behind another as a table, without copying them."""
    return np.frombuffer(sketches, dtype=np.uint32).reshape(-1, BANDS)


@cache
def _constants() -> tuple[_Numbers, _Numbers, _Numbers]:
    """Return the hash functions; Python's generator gives the same ones for a seed in every version."""
    chance = random.Random(1)
    draw = [[chance.getrandbits(64) for _ in range(count)] for count in (BANDS * _ROWS, BANDS * _ROWS, _ROWS)]
    factors, offsets, mix = (np.array(numbers, dtype=np.uint64) for numbers in draw)
    return factors | np.uint64(1), offsets, mix | np.uint64(1)


def near_pairs(sketches: Sketch, threshold: float, is_near: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield (earlier, later) row numbers that is_near confirms, ordered by the later one.

    In each band, every row is compared with the first one only: a heap of n copies costs n comparisons. From a
    threshold of 0.9 on, a pair must meet in two bands to be worth a look: one of 10,000 true pairs meets in fewer,
    and most of the false ones are gone.
    """
    meetings = np.empty(0, dtype=np.int64)
    for band in range(BANDS):
        meetings = np.union1d(meetings, _meetings(sketches[:, band]))
    for start in range(0, len(meetings), _AT_ONCE):
        later, earlier = np.divmod(meetings[start : start + _AT_ONCE], len(sketches))
        bands = (sketches[later] == sketches[earlier]).sum(axis=1)
        is_likely = bands >= (2 if threshold >= 0.9 else 1)
        for one, other in zip(earlier[is_likely].tolist(), later[is_likely].tolist(), strict=True):
            if is_near(one, other):
                yield one, other


def _meetings(band: Sketch) -> NDArray[np.int64]:
    """Return later * rows + first for each row that shares its number with an earlier one."""
    _, first, kind = np.unique(band, return_index=True, return_inverse=True)
    earliest = first[kind]
    rows = np.flatnonzero(earliest != np.arange(len(band)))
    return rows * len(band) + earliest[rows]
