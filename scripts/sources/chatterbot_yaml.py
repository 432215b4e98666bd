"""YAML files in the style of the chatterbot corpus: a list named conversations, each a list of items.

The same syntax is used with three meanings, so `items` says which. "continue" (the default): item 1 is the question and
all others together are one answer, as in depression.yml, the file that this project began with. "alternate": the items
are turns of user and assistant, as in the conversations of the chatterbot corpus; a last turn of the user is left out.
"alternatives": each item after the question is an answer of its own, as in the corpus's computers.yml; they share one
`group`. A file whose items look like turns without being taken so, or the other way round, is reported as
`items_look_like_turns` or `items_look_like_one_answer`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import conversation_id, ignore
from scripts.sources.yaml_items import Entry, read_entries
from scripts.sources.yaml_turns import looks_like_turns

NAME = "chatterbot_yaml"
DESCRIPTION = "YAML in the style of the chatterbot corpus: question and answer lines, or alternating turns"
LICENCE = "not stated"


def _continue(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    yield texts[0], " ".join(texts[1:])


def _alternate(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    yield texts[: len(texts) // 2 * 2]


def _alternatives(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from ((texts[0], answer) for answer in texts[1:])


_READINGS: Mapping[str, Callable[[Sequence[str]], Iterator[Sequence[str]]]] = {
    "continue": _continue,
    "alternate": _alternate,
    "alternatives": _alternatives,
}


@dataclass(frozen=True)
class Options:
    """`items`: what the items after the first are, see above."""

    items: Literal["continue", "alternate", "alternatives"] = "continue"


def load(path: Path, report: Report = ignore, options: Options = Options()) -> Iterator[Conversation]:
    """Yield the conversations in the order of the file. What has no answer is reported and left out."""
    entries = list(read_entries(path, report))
    _tell_meaning(path, entries, options, report)
    for entry in entries:
        where = f"{path.name}:{entry.line}"
        if len(entry.texts) < 2:
            message = "a question without an answer" if entry.texts else "a conversation without words"
            report(Finding("error", "no_answer", where, f"{message}; it is left out", "write the answer below it"))
            continue
        group = _group(entry) if options.items == "alternatives" else ""
        for texts in _READINGS[options.items](entry.texts):
            yield _conversation(texts, group, where)
        if options.items == "alternate" and len(entry.texts) % 2:
            report(Finding("info", "last_turn_left_out", where, "the last turn is the user's and has no answer"))


def _conversation(texts: Sequence[str], group: str, where: str) -> Conversation:
    messages = tuple(Message("assistant" if turn % 2 else "user", text) for turn, text in enumerate(texts))
    return Conversation(conversation_id(NAME, messages), NAME, LICENCE, messages, group, None, where)


def _group(entry: Entry) -> str:
    return f"question {conversation_id(NAME, [Message('user', entry.texts[0])])}"


def _tell_meaning(path: Path, entries: list[Entry], options: Options, report: Report) -> None:
    """Warn when the items of this file look like the other meaning."""
    turns = looks_like_turns([entry.texts for entry in entries])
    if turns is None or turns == (options.items == "alternate"):
        return
    other = "alternate" if turns else "continue"
    what = "turns of two speakers, but are taken as answers" if turns else "one answer, but are taken as turns"
    check = "items_look_like_turns" if turns else "items_look_like_one_answer"
    first = next(entry for entry in entries if len(entry.texts) > 2)
    report(Finding("warning", check, f"{path.name}:{first.line}", f"items look like {what}", f"--set items={other}"))
