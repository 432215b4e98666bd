"""The names under which the store and the log know sessions and turns: hashes, so that neither holds a caller's id.

What makes two requests the same turn: Dialogflow CX asks once more by itself when an answer does not reach it. The id
alone does not do, for CX calls several webhooks within one turn, and ES calls again for a follow-up event, under the
same id. Two equal messages under different ids are two turns, however fast they follow each other: people do say "yes"
twice. Only where a request carries no id at all must the words and the time stand in for it.
"""

import hashlib

from app.core.types import Turn

_REPEATED_WITHIN_S = 60.0  # CX waits up to 30 s before it asks again ("Webhooks", read 2026-11)
_SAME_WORDS_WITHIN_S = 5.0  # a person who means it twice takes longer, a caller that repeats itself does not


def session_key(channel: str, session: str) -> str:
    """Return the name of a session."""
    return _hash(channel, session)


def turn_key(turn: Turn) -> str:
    """Return the name of a turn: the same for every request that brings it, and for no other turn."""
    told = (turn.id, turn.kind, turn.text, turn.event, turn.tag, turn.intent, turn.address, turn.persona)
    return _hash(turn.channel, turn.session, *told)


def repeated_within_s(turn: Turn) -> float:
    """Return for how many seconds after its answer a turn may still arrive again."""
    return _REPEATED_WITHIN_S if turn.id else _SAME_WORDS_WITHIN_S


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
