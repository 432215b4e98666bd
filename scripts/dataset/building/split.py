"""Train, validation or test: by the words of the first question, so that no question stands in two of them.

Conversations that begin with the same or nearly the same words, and those of one group, form a unit. A unit goes
where the hash of seed and its smallest question falls. So the place of a conversation depends on nothing else in the
file; it changes when new data ties its unit to another one, and then only if the other's question is the smaller.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)


class BadShares(ValueError):
    """The words after --split are no three shares."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of a hundred units go where. `seed` shuffles them anew."""

    train: int = 80
    validation: int = 10
    test: int = 10
    seed: int = 0

    def place(self, unit: int) -> SplitName:
        """Return where a unit goes: the same on every machine and in every version of Python."""
        digest = blake2b(f"{self.seed}:{unit}".encode(), digest_size=8).digest()
        point = int.from_bytes(digest) / 2**64 * 100
        if point < self.train:
            return "train"
        return "validation" if point < self.train + self.validation else "test"


def read_shares(words: str, seed: int) -> Shares:
    """Return the shares that "80/10/10" names. Raises BadShares unless they are three whole numbers, 100 together."""
    parts = words.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts) or sum(map(int, parts)) != 100:
        raise BadShares(f'"{words}": expected three whole numbers that make 100, such as 80/10/10')
    train, validation, test = map(int, parts)
    if train == 0:
        raise BadShares(f'"{words}": nothing would be left to train on')
    return Shares(train, validation, test, seed)


class Units:
    """Which rows belong together: those of one question, those of one group, and those joined by hand.

    Questions and groups are numbers, one for each row; group 0 is none. 24 bytes of memory a row.
    """

    def __init__(self, questions: Sequence[int], groups: Sequence[int]) -> None:
        self._question = array("Q", questions)
        _, first, kind = np.unique(np.array(questions, dtype=np.uint64), return_index=True, return_inverse=True)
        self._parent = array("q", first[kind].astype(np.int64).tobytes())
        for one, other in _neighbours(np.array(groups, dtype=np.uint64)):
            self.join_rows(one, other)

    def join_rows(self, one: int, other: int) -> None:
        """Say that two rows belong together."""
        one, other = self._root(one), self._root(other)
        self._parent[other] = one
        self._question[one] = min(self._question[one], self._question[other])

    def unit_of(self, row: int) -> int:
        """Return the smallest question of all that belong together with the row."""
        return self._question[self._root(row)]

    def _root(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = row = self._parent[self._parent[row]]
        return row


def _neighbours(groups: NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """Yield each row of a group with the next one of it."""
    order = np.argsort(groups, kind="stable")
    is_same = (groups[order[1:]] == groups[order[:-1]]) & (groups[order[1:]] != 0)
    places = np.flatnonzero(is_same)
    yield from zip(order[places].tolist(), order[places + 1].tolist(), strict=True)
