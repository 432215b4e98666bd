"""Which rows are for training: the sample that pandas' `sample(n, random_state=seed)` takes, without pandas.

Files that were split by the old tool split the same way here. Both Python and NumPy draw from the Mersenne Twister
(MT19937); NumPy's RandomState only seeds it and turns its numbers into positions in another way.
"""

from random import Random

_WORDS = 624
_MASK_32 = 0xFFFFFFFF


def sample_positions(total: int, count: int, seed: int) -> list[int]:
    """Return `count` different positions below `total`, in the order drawn; the same ones on every machine."""
    twister = _twister(seed)
    positions = list(range(total))
    for last in range(total - 1, 0, -1):
        chosen = _draw(twister, last)
        positions[last], positions[chosen] = positions[chosen], positions[last]
    return positions[:count]


def _twister(seed: int) -> Random:
    """Return a generator in the state that init_genrand gives (Matsumoto and Nishimura, mt19937ar.c, 2002)."""
    words = [seed & _MASK_32]
    for number in range(1, _WORDS):
        words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + number) & _MASK_32)
    twister = Random()
    twister.setstate((3, (*words, _WORDS), None))
    return twister


def _draw(twister: Random, highest: int) -> int:
    """Return a number from 0 to `highest`: as many random bits as that has, drawn again while they are too high."""
    mask = (1 << highest.bit_length()) - 1
    while (drawn := twister.getrandbits(32) & mask) > highest:
        continue
    return drawn
