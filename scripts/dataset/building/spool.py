"""Conversations between two readings: on disk, one a line, each found again by its number."""

import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from app.core.types import Message
from scripts.dataset.types import Conversation


class Spool:
    """A context around a scratch file that is gone afterwards. Eight bytes of memory a conversation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets = array("Q")

    def __enter__(self) -> Self:
        self._file = self._path.open("w+b")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __len__(self) -> int:
        return len(self._offsets)

    def append(self, conversation: Conversation) -> None:
        """Add a conversation. All are added before the first is read."""
        c = conversation
        pairs = [(message.role, message.text) for message in c.messages]
        self._offsets.append(self._file.tell())
        self._file.write(json.dumps((c.id, c.source, c.licence, pairs, c.group, c.score, c.where)).encode() + b"\n")

    def read(self, number: int) -> Conversation:
        """Return the conversation that was added as the number-th, counted from 0."""
        self._file.seek(self._offsets[number])
        return _parse(self._file.readline())

    def __iter__(self) -> Iterator[Conversation]:
        self._file.seek(0)
        for line in self._file:
            yield _parse(line)


def _parse(line: bytes) -> Conversation:
    name, source, licence, pairs, group, score, where = json.loads(line)
    return Conversation(name, source, licence, tuple(Message(*pair) for pair in pairs), group, score, where)
