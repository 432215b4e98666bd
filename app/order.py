"""A turn takes its place: after the turns of its session that came before it, and only once however often it arrives.

Waiting counts against the deadline. Who is at risk never comes here, and a store that is down holds up nobody.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from uuid import uuid4

from app.core.deadline import Deadline
from app.core.errors import StoreError
from app.core.keys import repeated_within_s, session_key, turn_key
from app.core.types import Reply, Session, Turn
from app.services import Services
from app.sessions.turns import Closing, Entry, Late, Owed, Ticket

logger = logging.getLogger(__name__)

MODEL_S = 2.5  # what a turn keeps for the model, two thirds of its time at most: the worker before it may have died
RESERVE_S = 0.25  # of the deadline, for what comes after the model: the store may take 0.2 s, rendering takes 1 ms
_GRACE_S = 0.3  # of a turn that is being closed at its deadline; then who brings it again may take it over
_SHORTEST_PAUSE_S = 0.005
_LONGEST_PAUSE_S = 0.04


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn stands: what it knows of its session, and how it is closed. `began_at` is in seconds since 1970.

    `ticket` is None when the turn carries no session or the store is down. `is_repeat` says that another request
    brought this turn before; `answer` is the reply and the persona that it was given, if it was.
    """

    began_at: float
    ticket: Ticket | None = None
    number: int = 0
    session: Session = field(default_factory=Session)
    late: Late | None = None
    is_repeat: bool = False
    answer: tuple[Reply, str] | None = None
    problems: tuple[str, ...] = ()


def take_place(turn: Turn, deadline: Deadline, services: Services) -> Place:
    """Return the turn's place, when the turns before it are done or there is no more time to wait for them."""
    now, started = services.wall_clock(), services.clock()
    if not turn.session:
        return Place(now)
    key = session_key(turn.channel, turn.session)
    keep_s = min(MODEL_S, deadline.left() * 2 / 3)
    ticket = Ticket(key, turn_key(turn), uuid4().hex, now + deadline.left() + _GRACE_S)
    notes = services.flags.notes()
    try:
        entry = services.sessions.enter(ticket, now)
        for pause_s in _pauses():
            if not _must_wait(entry, deadline, keep_s):
                break
            services.pause(pause_s)
            notes = services.flags.notes()
            entry = services.sessions.enter(ticket, now + services.clock() - started)  # the time of day may jump
    except StoreError as error:
        logger.warning("a turn goes on without its memory", extra={"reason": str(error)})
        return Place(now, session=Session(care=services.flags.alone(key)), problems=("StoreError",))
    return _place(entry, ticket, now, notes, services)


def closing(turn: Turn, place: Place, reply: Reply, persona: str, owed: Owed, now: float) -> Closing | None:
    """Return how the turn is closed: its answer is kept for a short while, for whoever brings the turn again."""
    if place.ticket is None:
        return None
    answer = json.dumps({"reply": asdict(reply), "persona": persona}, ensure_ascii=False)
    return Closing(place.ticket, place.number, answer, now + repeated_within_s(turn), owed)


def _must_wait(entry: Entry, deadline: Deadline, keep_s: float) -> bool:
    if not entry.is_ours:
        return entry.answer is None and deadline.left() > RESERVE_S
    return not entry.is_next and deadline.left() > keep_s


def _pauses() -> Iterator[float]:
    """Yield pauses that grow: most turns wait briefly, and those that wait long must not keep the store busy."""
    pause_s = _SHORTEST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _place(entry: Entry, ticket: Ticket, now: float, notes: int, services: Services) -> Place:
    if not entry.is_ours:
        return Place(now, is_repeat=True, answer=_answer(entry.answer), problems=("repeat",))
    session = replace(entry.session, care=services.flags.newest(ticket.key, entry.session.care, notes))
    problems = () if entry.is_next else ("out_of_turn",)
    return Place(now, ticket, entry.number, session, entry.late, problems=problems)


def _answer(kept: str | None) -> tuple[Reply, str] | None:
    if kept is None:
        return None
    found = json.loads(kept)
    reply = found["reply"]
    return Reply(**{**reply, "suggestions": tuple(reply["suggestions"])}), found["persona"]
