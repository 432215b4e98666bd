"""The sample is the one that the old tool's library takes."""

import hashlib

from scripts.dataset.remedies.sampling import sample_positions

PANDAS_20 = [0, 17, 15, 1, 8, 5, 11, 3, 18, 16, 13, 2, 9, 19, 4, 12]
PANDAS_5000 = "905b3d05d4a96b6d862d31c4293069afb67d963c3bc5e7764dab0aca85328e83"


def test_the_sample_is_that_of_pandas() -> None:
    """What pandas 3.1.1 printed for Series(range(20)).sample(n=16, random_state=42)."""
    assert sample_positions(20, 16, 42) == PANDAS_20


def test_large_samples_are_those_of_pandas() -> None:
    """The same for 4,000 of 5,000, by its fingerprint."""
    drawn = ",".join(str(position) for position in sample_positions(5_000, 4_000, 42))

    assert hashlib.sha256(drawn.encode()).hexdigest() == PANDAS_5000


def test_nothing_is_drawn_twice() -> None:
    """All positions, each once; none of none."""
    assert sorted(sample_positions(257, 257, 1)) == list(range(257))
    assert sample_positions(0, 0, 42) == []
