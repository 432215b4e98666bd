"""Do the files that were written keep their promise: nothing that is asked in one split is asked in another?

Looked at from outside: the lines are read back, and nothing is believed of how they were split.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.dataset.building.split import SPLITS
from scripts.dataset.sketches import jaccard, near_pairs, shingles, sketch, table_of
from scripts.dataset.types import Finding
from scripts.dataset.words import words_of


class _Places:
    """Where each line begins, eight bytes a line; lines of all files are numbered on."""

    def __init__(self, folder: Path, head: int) -> None:
        self._folder = folder
        self._head = head
        self._offsets = array("Q")
        self._first_of: dict[str, int] = {}

    def prompts(self) -> Iterator[Sequence[str]]:
        """Yield the words of each line's prompt, file by file, and remember where it stands."""
        for split in SPLITS:
            name = f"chat_{split}.jsonl"
            self._first_of[name] = len(self._offsets)
            offset = 0
            with (self._folder / name).open("rb") as file:
                for line in file:
                    self._offsets.append(offset)
                    yield _words(json.loads(line), self._head)
                    offset += len(line)

    def file_of(self, row: int) -> str:
        """Return the name of the file that a line stands in."""
        return next(name for name, first in reversed(self._first_of.items()) if first <= row)

    def words(self, row: int) -> Sequence[str]:
        """Return the words of a line's prompt again."""
        with (self._folder / self.file_of(row)).open("rb") as file:
            file.seek(self._offsets[row])
            return _words(json.loads(file.readline()), self._head)

    def where(self, row: int) -> str:
        """Return file:line."""
        name = self.file_of(row)
        return f"{name}:{row - self._first_of[name] + 1}"


def find_leaks(folder: Path, head: int, threshold: float) -> Iterator[Finding]:
    """Yield an error for each example whose prompt, case and punctuation aside, stands (nearly) in another split too.

    `head` is the number of messages before the conversation: instructions and shown examples.
    """
    places = _Places(folder, head)
    sketches = bytearray()
    for words in places.prompts():
        sketches += sketch(words).tobytes()

    def is_leak(one: int, other: int) -> bool:
        if places.file_of(one) == places.file_of(other):
            return False
        return jaccard(shingles(places.words(one)), shingles(places.words(other))) >= threshold

    for one, other in near_pairs(table_of(sketches), threshold, is_leak):
        said = f"asks (nearly) the same as {places.where(one)}: what is tested must not be trained on"
        yield Finding("error", "leakage", places.where(other), said, "put both into one group in the source")


def _words(line: Mapping[str, Any], head: int) -> Sequence[str]:
    """Return the words between the head and the first answer that is learned, or the signs where there are no words."""
    messages = line["messages"]
    learned = next(n for n, m in enumerate(messages) if m["role"] == "assistant" and m.get("weight") != 0)
    text = "\n".join(message["content"] for message in messages[head:learned])
    return words_of(text) or text.split()
