"""Train, validation or test: by the words of the first question, so that no question stands in two of them.

Conversations that begin with the same or nearly the same words, and those of one group, form a unit. A unit goes
where the hash of seed and its smallest question falls. So the place of a conversation depends on nothing else in the
file; it changes when new data ties its unit to another one, and then only if the other's question is the smaller.
"""

from array import array
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args

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
    """Which rows belong together. Rows are numbered as they are added; keys are numbers for questions and groups."""

    def __init__(self) -> None:
        self._parent = array("q")
        self._question = array("Q")
        self._node_of: dict[int, int] = {}
        self._rows = array("q")

    def add(self, question: int, group: int | None) -> None:
        """Add a row with its question and maybe a group, both as numbers."""
        node = self._node(question, question)
        self._rows.append(node)
        if group is not None:
            self._join(node, self._node(group, question))

    def join_rows(self, one: int, other: int) -> None:
        """Say that two rows belong together."""
        self._join(self._rows[one], self._rows[other])

    def unit_of(self, row: int) -> int:
        """Return the smallest question of all that belong together with the row."""
        return self._question[self._root(self._rows[row])]

    def _node(self, key: int, question: int) -> int:
        node = self._node_of.setdefault(key, len(self._parent))
        if node == len(self._parent):
            self._parent.append(node)
            self._question.append(question)
        return node

    def _root(self, node: int) -> int:
        while self._parent[node] != node:
            self._parent[node] = node = self._parent[self._parent[node]]
        return node

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        self._parent[other] = one
        self._question[one] = min(self._question[one], self._question[other])
