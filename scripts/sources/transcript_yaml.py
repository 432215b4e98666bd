"""Conversations written by hand in YAML, with the line of each kept for people.

    licence: MIT
    source: written for this project
    conversations:
      - topic: work
        turns:
          - user: I start a new job on Monday.
          - joy: A first day can feel big. What are you most curious about?
            worse: Good luck!

The answering speaker may have any name but `user`. `worse` is a less good answer to the same words: it becomes a second
conversation of the same group with a score below zero, which is shown to preference training and never imitated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import conversation_id

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where PyYAML was built with libyaml
_BETTER, _WORSE = 1.0, -1.0


@dataclass(frozen=True, slots=True)
class _Origin:
    file: str
    source: str
    licence: str


class _BadNode(Exception):
    """The place is not what it should be: (check, line, message, fix)."""


def load_yaml(path: Path, report: Report, source: str, licence: str) -> Iterator[Conversation]:
    """Yield the conversations of a YAML file; whatever is wrong is reported with its line and left out.

    `source` and `licence` stand for what the file does not say itself.
    """
    try:
        root = _Loader(path.read_text(encoding="utf-8-sig")).get_single_node()
    except UnicodeDecodeError:
        report(Finding("error", "not_utf8", path.name, "the file is not UTF-8", "save it in that encoding"))
        return
    except yaml.YAMLError as error:
        report(_broken(path, error))
        return
    yield from _read_root(root, _Origin(path.name, source, licence), report)


def _broken(path: Path, error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None)
    where = f"{path.name}:{mark.line + 1}" if mark else path.name
    problem = getattr(error, "problem", None) or "unreadable"
    return Finding("error", "not_yaml", where, f"the file is not YAML: {problem}", "quote texts with : or # in them")


def _read_root(root: yaml.Node | None, origin: _Origin, report: Report) -> Iterator[Conversation]:
    try:
        table = _table(root, "the file")
        items = _items(table.get("conversations"), "conversations", root)
        origin = _Origin(
            origin.file, _scalar(table, "source", origin.source), _scalar(table, "licence", origin.licence)
        )
    except _BadNode as bad:
        report(_finding(bad, origin))
        return
    for item in items:
        try:
            yield from _conversations(item, origin)
        except _BadNode as bad:
            report(_finding(bad, origin))


def _finding(bad: _BadNode, origin: _Origin) -> Finding:
    check, line, message, fix = bad.args
    return Finding("error", check, f"{origin.file}:{line}", message, fix)


def _conversations(node: yaml.Node, origin: _Origin) -> Iterator[Conversation]:
    """Yield the conversation, and one that ends early for each worse answer in it."""
    turns = [_turn(turn) for turn in _items(_table(node, "a conversation").get("turns"), "turns", node)]
    messages = tuple(message for message, _ in turns)
    name = conversation_id(origin.source, messages)
    main = Conversation(name, origin.source, origin.licence, messages, where=f"{origin.file}:{_line(node)}")
    if not any(worse for _, worse in turns):
        yield main
        return
    yield replace(main, group=name, score=_BETTER)
    for number, (_, worse) in enumerate(turns):
        if worse:
            other = (*messages[:number], Message("assistant", worse))
            yield replace(main, id=conversation_id(origin.source, other), messages=other, group=name, score=_WORSE)


def _turn(node: yaml.Node) -> tuple[Message, str]:
    """Return the message of a turn, and its worse answer, empty when there is none."""
    table = _table(node, "a turn")
    speakers = [name for name in table if name != "worse"]
    if len(speakers) != 1:
        raise _BadNode("bad_turn", _line(node), f"a turn has {len(speakers)} speakers", "give each turn one speaker")
    text = _scalar(table, speakers[0], "")
    worse = _scalar(table, "worse", "")
    if worse and speakers[0] == "user":
        raise _BadNode("bad_turn", _line(node), "worse stands beside the user's words", "put it beside an answer")
    return Message("user" if speakers[0] == "user" else "assistant", text), worse


def _table(node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _BadNode("bad_yaml", _line(node), f"{what} is no table of keys and values", "write it as in the README")
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _items(node: yaml.Node | None, key: str, parent: yaml.Node | None) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _BadNode(
            "bad_yaml", _line(node or parent), f"{key} is no list", f"write {key}: with a - before each item"
        )
    items: list[yaml.Node] = node.value
    return items


def _scalar(table: dict[str, yaml.Node], key: str, default: str) -> str:
    """Return the words exactly as written: `no` and `12` are words here."""
    node = table.get(key)
    if node is None:
        return default
    if not isinstance(node, yaml.ScalarNode):
        raise _BadNode("bad_yaml", _line(node), f"{key} is no text", "put the words in quotes")
    return "" if node.tag.endswith(":null") else str(node.value)


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node else 1
