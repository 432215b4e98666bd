"""The texts of the conversations in a YAML file, each with its line, whatever they were meant to be.

Words stay as they were typed: No, 1.0 and on are texts here, not values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.dataset.types import Finding, Report, Severity
from scripts.sources.yaml_lists import line_of, read_lists

MAX_NODES = 2_000  # of one conversation; aliases of aliases make billions of items out of a few lines
_MAX_DEPTH = 10
_NULL = "tag:yaml.org,2002:null"
_SPEAKERS = frozenset(
    ("question", "answer", "answers", "prompt", "completion", "user", "assistant", "bot", "input", "output", "q", "a")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of the list of conversations: the line where it begins, and its texts."""

    line: int
    texts: tuple[str, ...]


def read_entries(path: Path, report: Report) -> Iterator[Entry]:
    """Yield the elements of each list of conversations in the file, in order. What has no words is reported."""
    for node in read_lists(path, report):
        for child in node.value:
            flat = _Flat(path, report)
            texts = tuple(flat.texts(child, 0))
            if flat.left > 0:
                yield Entry(line_of(child), texts)
                continue
            message = f"more than {MAX_NODES:,} items, or lists in lists without end; the conversation is left out"
            report(Finding("error", "too_many_items", f"{path.name}:{line_of(child)}", message, "do without aliases"))


class _Flat:
    """Takes the texts out of one conversation, however deep they lie."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path, self.report, self.left = path, report, MAX_NODES

    def texts(self, node: yaml.Node, depth: int) -> Iterator[str]:
        """Yield the texts of a node, up to MAX_NODES in all."""
        self.left -= 1
        if depth == _MAX_DEPTH:
            self.left = 0
        if self.left <= 0:
            return
        if isinstance(node, yaml.ScalarNode):
            yield from self._scalar(node)
        elif isinstance(node, yaml.MappingNode):
            yield from self._mapping(node, depth)
        else:
            for child in node.value:
                yield from self.texts(child, depth + 1)

    def _scalar(self, node: yaml.ScalarNode) -> Iterator[str]:
        if node.tag == _NULL or not node.value.strip():
            self._tell("warning", "empty_item", node, "an item without words; it is left out")
        else:
            yield node.value.strip()

    def _mapping(self, node: yaml.MappingNode, depth: int) -> Iterator[str]:
        """Yield the texts of `question: ...`, of `Hi: Hello` as a conversation, or of an item with a colon in it."""
        named = all(str(key.value).casefold() in _SPEAKERS for key, _ in node.value)
        if depth and not named and all(isinstance(value, yaml.ScalarNode) for _, value in node.value):
            self._tell("info", "colon_in_text", node, "a colon makes this a key and a value; they were joined again")
            yield from (f"{key.value}: {value.value}".strip() for key, value in node.value)
            return
        self._tell("info", "mapping", node, "keys and values instead of a list; taken in their order")
        for key, value in node.value:
            if not named:
                yield from self.texts(key, depth + 1)
            yield from self.texts(value, depth + 1)

    def _tell(self, severity: Severity, check: str, node: yaml.Node, message: str) -> None:
        self.report(Finding(severity, check, f"{self.path.name}:{line_of(node)}", message))
