"""Do the files that were written keep their promise: nothing that is asked in one split is asked in another?

Looked at from outside: the lines are read back, and nothing is believed of how they were split.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scripts.dataset.sketches import BANDS, Sketch, jaccard, near_pairs, shingles, sketch
from scripts.dataset.split import SPLITS
from scripts.dataset.types import Finding
from scripts.dataset.words import words_of


@dataclass(frozen=True, slots=True)
class _Place:
    file: str
    line: int
    offset: int


def find_leaks(folder: Path, head: int, threshold: float) -> Iterator[Finding]:
    """Yield an error for each example whose prompt, case and punctuation aside, stands (nearly) in another split too.

    `head` is the number of messages before the conversation: instructions and shown examples.
    """
    places: list[_Place] = []
    sketches = bytearray()
    for place, words in _prompts(folder, head):
        places.append(place)
        sketches += sketch(words).tobytes()
    table: Sketch = np.frombuffer(sketches, dtype=np.uint64).reshape(-1, BANDS)

    def is_leak(one: int, other: int) -> bool:
        if places[one].file == places[other].file:
            return False
        runs = [shingles(_read_words(folder, places[row], head)) for row in (one, other)]
        return jaccard(*runs) >= threshold

    for one, other in near_pairs(table, threshold, is_leak):
        yield _leak(places[one], places[other])


def _leak(one: _Place, other: _Place) -> Finding:
    said = f"asks (nearly) the same as {one.file}:{one.line}: what is tested must not be trained on"
    return Finding("error", "leakage", f"{other.file}:{other.line}", said, "put both into one group in the source")


def _prompts(folder: Path, head: int) -> Iterator[tuple[_Place, Sequence[str]]]:
    for split in SPLITS:
        name = f"chat_{split}.jsonl"
        offset = 0
        with (folder / name).open("rb") as file:
            for number, line in enumerate(file, 1):
                yield _Place(name, number, offset), _words(json.loads(line), head)
                offset += len(line)


def _read_words(folder: Path, place: _Place, head: int) -> Sequence[str]:
    with (folder / place.file).open("rb") as file:
        file.seek(place.offset)
        return _words(json.loads(file.readline()), head)


def _words(line: Mapping[str, Any], head: int) -> Sequence[str]:
    """Return the words between the head and the first answer that is learned, or the signs where there are no words."""
    messages = line["messages"]
    learned = next(n for n, m in enumerate(messages) if m["role"] == "assistant" and m.get("weight") != 0)
    text = "\n".join(message["content"] for message in messages[head:learned])
    return words_of(text) or text.split()
