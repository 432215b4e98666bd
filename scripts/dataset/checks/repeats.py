"""What stands twice: examples and prompts, within a file and across the files that are given together.

Only two numbers are kept of each example (20 bytes), so that millions of lines fit into memory. Two different examples
that share both numbers would be taken for one; with 64 bits that is not to be expected below billions of lines.
"""

import json
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any

from scripts.dataset.checks import whole
from scripts.dataset.checks.example import Example
from scripts.dataset.checks.rules import Problem, Rule
from scripts.dataset.types import Finding


class ExampleIndex:
    """Remembers the examples of files of one format in the order in which they are read."""

    def __init__(self) -> None:
        self._prompts = array("Q")
        self._wholes = array("Q")
        self._lines = array("L")
        self._files: list[Path] = []
        self._starts: list[int] = []

    def begin(self, path: Path) -> None:
        """Say that what follows stands in this file."""
        self._files.append(path)
        self._starts.append(len(self._lines))

    def add(self, example: Example, line: int) -> None:
        """Remember an example. One without a prompt (all prompts empty) is remembered as a whole only."""
        whole_line = _number(example.value)
        prompt = prompt_of(example)
        self._prompts.append(_number(prompt) if prompt else whole_line)
        self._wholes.append(whole_line)
        self._lines.append(line)

    def findings(self) -> Iterator[Finding]:
        """Yield what stands twice, in the order of the lines that repeat. Each line is held against the first alike."""
        order = sorted(range(len(self._prompts)), key=self._prompts.__getitem__)  # stable: lines stay in order
        found = (found for _, alike in groupby(order, self._prompts.__getitem__) for found in self._judge(list(alike)))
        for position, rule, first in sorted(found, key=lambda entry: entry[0]):
            yield self._finding(position, rule, first)

    def _judge(self, alike: list[int]) -> Iterator[tuple[int, Rule, int]]:
        """Yield (line, rule, the first line alike) for the examples that share a prompt."""
        firsts: dict[int, int] = {}
        for position in alike:
            same = firsts.setdefault(self._wholes[position], position)
            if same != position:
                is_leak = self._file(same) != self._file(position)
                yield position, whole.LEAKED_EXAMPLE if is_leak else whole.DUPLICATE, same
            elif position != alike[0]:
                is_leak = self._file(alike[0]) != self._file(position)
                yield position, whole.LEAKED_PROMPT if is_leak else whole.SEVERAL_ANSWERS, alike[0]

    def _file(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1

    def _finding(self, position: int, rule: Rule, first: int) -> Finding:
        file, twin = self._files[self._file(position)], self._files[self._file(first)]
        alike = f"line {self._lines[first]}" if file == twin else f"{twin}:{self._lines[first]}"
        return rule.found(f"{file}:{self._lines[position]}", Problem(*_SAID[rule.name], f"(as {alike})"))


_SAID = {
    whole.DUPLICATE.name: ("the example stands in the file already", "delete it, unless it should weigh double"),
    whole.SEVERAL_ANSWERS.name: ("the prompt stands in the file already with another answer", "keep the best answer"),
    whole.LEAKED_EXAMPLE.name: ("the example stands in another file too", "keep it in one: what is tested was learnt"),
    whole.LEAKED_PROMPT.name: ("the prompt stands in another file too", "keep all answers of a prompt in one file"),
}


def prompt_of(example: Example) -> Any:
    """Return what is asked: all messages before the last answer, a DPO line's input, or the prompt."""
    if example.format == "completions":
        return example.prompt.strip()
    if example.format == "dpo":
        return example.home.get("messages")
    answers = [index for index, turn in enumerate(example.turns) if turn.role == "assistant"]
    asked = example.turns[: answers[-1]] if answers else example.turns
    return [turn.message for turn in asked]


def _number(value: Any) -> int:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    return int.from_bytes(blake2b(written, digest_size=8).digest())
