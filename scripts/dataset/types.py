"""The values that travel from a raw file to training files. All are frozen; none knows how it is written down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.core.types import Message

Severity = Literal["error", "warning", "info"]
"""error: it cannot be used so. warning: used, and somebody should look. info: what was changed."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one person and the persona said to each other: (user, assistant, user, assistant, ...).

    `id` is the same for the same content of the same source on every run and machine, whatever else the file holds.
    `group` names what must not be torn apart by a split (a question with several answers); empty: the conversation
    alone. `score` orders answers of one group, higher is better, None when nobody judged them; below zero means that
    the last answer is not to be learned, only shown beside a better one. `where` is file:line, or file:row for tables,
    for people. A `system` message is allowed first, when the source brings its own.
    """

    id: str
    source: str
    licence: str
    messages: tuple[Message, ...]
    group: str = ""
    score: float | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or was changed, where, and what to do about it.

    `check` is a short stable name (`empty_content`): findings are counted by it, and documents explain it.
    `where` is file:line. `message` and `fix` never quote more of a person's words than the place needs.
    """

    severity: Severity
    check: str
    where: str
    message: str
    fix: str = ""


Report = Callable[[Finding], None]
"""Takes a finding as it is made, so that a source of any length can stream."""
