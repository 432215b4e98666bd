"""Which conversations a person must read before a model learns from them: somebody at risk, or an answer we never send.

The rules are those of serving (app.safety). What they find is set aside whole; a person brings it back by its id.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.types import Role
from app.safety.pattern_compiler import LEVELS
from app.safety.screen import screen_user
from scripts.dataset.building.sieve import refused_by
from scripts.dataset.types import Conversation


class NoListOfIds(Exception):
    """The file of approved ids is no text."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Why a conversation is set aside: the level of the user's risk, or `reply`, and the rule that said so."""

    level: str
    rule: str
    message: int


def find_concern(conversation: Conversation, is_companion: bool) -> Concern | None:
    """Return the most pressing risk in the user's words, else the first refused answer, else None.

    Answers of a conversation with a score below zero may be as bad as they are: nobody learns them.
    """
    risks = list(filter(None, (_risk(numbered, is_companion) for numbered in _of_role(conversation, "user"))))
    if risks:
        return max(risks, key=lambda risk: LEVELS.index(risk.level))
    if conversation.score is not None and conversation.score < 0:
        return None
    refused = (_refused(numbered, is_companion) for numbered in _of_role(conversation, "assistant"))
    return next(filter(None, refused), None)


def read_approved(path: Path) -> frozenset[str]:
    """Return the ids that a person approved, one a line; what follows a # is a note. Raises NoListOfIds."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise NoListOfIds(f"{path} is no text in UTF-8; write the ids out of review.jsonl, one a line") from error
    return frozenset(filter(None, (line.partition("#")[0].strip() for line in lines)))


def review_line(conversation: Conversation, concern: Concern) -> dict[str, object]:
    """Return what review.jsonl says: enough to judge, and a chat transcript that can be read again."""
    return {
        "id": conversation.id,
        "where": conversation.where,
        "level": concern.level,
        "rule": concern.rule,
        "message": concern.message,
        "source": conversation.source,
        "licence": conversation.licence,
        "messages": [{"role": message.role, "content": message.text} for message in conversation.messages],
    }


def _of_role(conversation: Conversation, role: Role) -> Iterator[tuple[int, str]]:
    """Yield number and text of each message of one side."""
    return ((number, said.text) for number, said in enumerate(conversation.messages, 1) if said.role == role)


def _risk(numbered: tuple[int, str], is_companion: bool) -> Concern | None:
    verdict = screen_user(numbered[1], is_companion)
    return None if verdict.level == "none" else Concern(verdict.level, verdict.rule, numbered[0])


def _refused(numbered: tuple[int, str], is_companion: bool) -> Concern | None:
    rule = refused_by(numbered[1], is_companion)
    return Concern("reply", rule, numbered[0]) if rule else None
