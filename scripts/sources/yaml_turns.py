"""Are the items of a conversation turns of two speakers, or one answer on several lines? A guess by how they read."""

import re
from collections.abc import Sequence
from statistics import median

from scripts.sources.questions import ends_as_question

_REPLY = re.compile(
    r"(?:yes|yeah|yep|no|nope|ok|okay|sure|thanks?|thank you|really|hi|hello|i see|i am|i'm|me too|so|what|why|how|who|"
    r"where|when|do|does|are|is|can|bye|goodbye|nice|great|good)\b",
    re.IGNORECASE,
)
_TURN_CHARACTERS = 45  # turns of small talk are shorter, lines of an answer longer
_TINY_CHARACTERS = 30


def looks_like_turns(conversations: Sequence[Sequence[str]]) -> bool | None:
    """Return whether most conversations of more than two items read as turns; None if there are none."""
    votes = [_reads_as_turns(texts[1:]) for texts in conversations if len(texts) > 2]
    return sum(votes) * 2 > len(votes) if votes else None


def _reads_as_turns(items: Sequence[str]) -> bool:
    """Judge the items after the question: questions among them and short lines speak for turns."""
    asked = any(ends_as_question(item) for item in items[:-1])
    replied = sum(bool(_REPLY.match(item)) for item in items[1:]) * 2 >= len(items) - 1
    short = median(map(len, items)) <= _TURN_CHARACTERS
    many = len(items) > 3
    return asked + replied + short >= 2 or (many and (asked or short)) or median(map(len, items)) <= _TINY_CHARACTERS
