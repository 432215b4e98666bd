"""A source read to its end, in a form that tests compare whole."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scripts.dataset.types import Conversation, Finding

Load = Callable[..., Iterator[Conversation]]


def read(load: Load, path: Path, options: Any = None) -> tuple[list[Conversation], list[Finding]]:
    """Return the conversations and what was reported."""
    findings: list[Finding] = []
    arguments = (options,) if options is not None else ()
    return list(load(path, findings.append, *arguments)), findings


def texts(conversations: list[Conversation]) -> list[tuple[str, ...]]:
    """Return the words of each conversation, the user's first."""
    for conversation in conversations:
        roles = tuple(message.role for message in conversation.messages)
        assert roles == ("user", "assistant") * (len(roles) // 2)
    return [tuple(message.text for message in conversation.messages) for conversation in conversations]


def found(findings: list[Finding]) -> list[tuple[str, str]]:
    """Return (check, where) of each finding."""
    return [(finding.check, finding.where) for finding in findings]
