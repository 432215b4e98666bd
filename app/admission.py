"""Who is answered by more than a line: those who keep within the limits, and for whom there is a place in time.

Only turns whose words were screened come here. Who was found to be at risk lately is let in whatever the limits say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from app.core.deadline import Deadline
from app.core.keys import session_key
from app.core.types import Turn, TurnKind
from app.safety.care import risk_now
from app.services import Services
from app.tally import MINUTE_S

Refusal = Literal["limited", "crowded"]
"""Why a turn is turned away: its session or caller sent too many, or all do."""

_UNCOUNTED: frozenset[TurnKind] = frozenset({"follow_up", "health_check"})  # Dialogflow's doing, not a person's
_TAKE_TIME: frozenset[TurnKind] = frozenset({"text", "follow_up"})


@contextmanager
def admission(turn: Turn, deadline: Deadline, services: Services) -> Iterator[Refusal | None]:
    """Give None to who may go on, and hold a place for it until the end of the block; else the reason."""
    if _is_at_risk(turn, services):
        yield None
    elif _is_over_a_limit(turn, services):
        yield "limited"
    elif turn.kind not in _TAKE_TIME:
        yield None
    else:
        entered_at = services.gate.enter(deadline)
        try:
            yield "crowded" if entered_at is None else None
        finally:
            if entered_at is not None:
                services.gate.leave(entered_at)


def _is_at_risk(turn: Turn, services: Services) -> bool:
    """Return whether this process knows it; the store is not asked, which may be what everybody waits for."""
    if not turn.session:
        return False
    care = services.flags.alone(session_key(turn.channel, turn.session))
    return risk_now(care, services.wall_clock()) != "none"


def _is_over_a_limit(turn: Turn, services: Services) -> bool:
    if turn.kind in _UNCOUNTED:
        return False
    limits = services.limits
    counted = []
    if limits.session_turns and turn.session:
        counted.append((session_key(turn.channel, turn.session), limits.session_turns))
    if limits.caller_turns and turn.caller:
        counted.append((session_key("caller", turn.caller), limits.caller_turns))
    return any([services.tally.add(name, MINUTE_S) > most for name, most in counted])  # noqa: C419 - count in all
