"""Which conversations a person must read before a model learns from them: somebody at risk, or an answer we never send.

The rules are those of serving (app.safety). What they find is set aside whole; a person brings it back by its id.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.safety.output import screen_reply
from app.safety.pattern_compiler import LEVELS
from app.safety.screen import screen_user
from scripts.dataset.types import Conversation


@dataclass(frozen=True, slots=True)
class Concern:
    """Why a conversation is set aside: the level of the user's risk, or `reply`, and the rule that said so."""

    level: str
    rule: str
    message: int


def find_concern(conversation: Conversation, is_companion: bool) -> Concern | None:
    """Return the most pressing risk in the user's words, else the first refused answer, else None."""
    concerns = [concern for number, message in enumerate(conversation.messages, 1)
                if message.role == "user" and (concern := _user_concern(message.text, number))]  # fmt: skip
    if concerns:
        return max(concerns, key=lambda concern: LEVELS.index(concern.level))
    for number, message in enumerate(conversation.messages, 1):
        rule = _refusal(message.text, is_companion) if message.role == "assistant" else ""
        if rule:
            return Concern("reply", rule, number)
    return None


def read_approved(path: Path) -> frozenset[str]:
    """Return the ids that a person approved, one a line; what follows a # is a note."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
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


def _user_concern(text: str, number: int) -> Concern | None:
    verdict = screen_user(text)
    return None if verdict.level == "none" else Concern(verdict.level, verdict.rule, number)


@lru_cache(maxsize=10_000)  # a support desk says the same words to many
def _refusal(text: str, is_companion: bool) -> str:
    finding = screen_reply(text, is_companion=is_companion)
    return finding.rule if finding else ""
