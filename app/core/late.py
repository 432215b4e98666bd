"""When an answer comes after its turn: who gets it, and what becomes of the words it answers."""

from dataclasses import replace

from app.core.types import Session, Turn, TurnKind

LATE_S = 15.0  # how long a model may go on after the deadline: three follow-up events of 5 s take as long
KEPT_S = 300.0  # an answer that nobody has collected by then would come out of the blue

_OPENED: frozenset[TurnKind] = frozenset({"text", "empty", "dtmf", "event", "goodbye"})


def next_follow_up(turn: Turn, most: int) -> int:
    """Return the number of the follow-up to ask for after this turn, 0 when there have been `most` in a row."""
    return turn.follow_up + 1 if turn.follow_up < most else 0


def may_open(kind: TurnKind) -> bool:
    """Return whether a late answer may stand at the begin of such a turn: a greeting or a form is no place for it."""
    return kind in _OPENED


def told(session: Session, words: str | None) -> Session:
    """Return the session in which the last words, unanswered so far, have met their late answer, if there is one."""
    if not words or not session.exchanges or session.exchanges[-1].answered:
        return session
    *before, last = session.exchanges
    return replace(session, exchanges=(*before, replace(last, reply=words, answered=True)))
