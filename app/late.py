"""Answers that come after their turn. The model goes on in the worker that asked it, whoever then collects its words.

Where the channel can be asked to call again, it is, a few times; else, and after that, a line of the persona's says
that the answer will come, and it opens the next turn. Until then it lies in the store, screened like any other.
"""

import logging
from dataclasses import replace

from app.answers import Answered, fallback, line, reply_of
from app.core.deadline import Deadline
from app.core.errors import StoreError
from app.core.late import KEPT_S, may_open, next_follow_up
from app.core.persona import Persona
from app.core.types import Completion, Reply, Turn
from app.order import Place
from app.services import Services
from app.sessions.turns import Late

logger = logging.getLogger(__name__)

_PAUSE_S = 0.05


def let_it_come(
    turn: Turn, answered: Answered, place: Place, persona: Persona, seed: int, services: Services
) -> Answered:
    """Return the answer for now when the model has said no sentence yet, and let it go on; else what was answered.

    Without a store that can take the promise nobody could collect the words, so the model is cut.
    """
    asking = answered.asking
    if asking is None or not _is_promised(place, services):
        return cut_short(answered)

    def keep(completion: Completion | None) -> None:
        words = _late_words(completion, turn, persona, seed)
        try:
            services.sessions.keep(_key(place), place.number, words, services.wall_clock())
        except StoreError:
            logger.warning("a late answer was lost: the store does not answer")

    asking.then(keep)
    return replace(answered, reply=_not_yet(turn, persona, seed, services), asking=None, owed="stays")


def cut_short(answered: Answered) -> Answered:
    """Return the answer as it is; the model says no more."""
    if answered.asking is not None:
        answered.asking.cut()
    return replace(answered, asking=None)


def collect(
    turn: Turn, place: Place, persona: Persona, seed: int, deadline: Deadline, services: Services
) -> Answered | None:
    """Return the answer to a follow-up: the words that are owed, once they are there. None for all other turns."""
    if turn.kind != "follow_up":
        return None
    late = _wait(place, deadline, services)
    if late is None or late.words == "":
        return Answered(fallback(turn, persona, seed), problems=("nothing_owed",))
    if late.words is None:
        return Answered(_not_yet(turn, persona, seed, services), problems=("ModelTimeout",), owed="stays")
    return Answered(Reply(late.words, "late"), owed="told")


def opening(turn: Turn, late: Late | None, persona: Persona) -> str:
    """Return what stands before the answer to this turn: the answer of an earlier one; empty when there is none."""
    if late is None or not late.words or not may_open(turn.kind):
        return ""
    lines = persona.lines(persona.coming_back, turn.language)
    return " ".join((*lines[:1], late.words))


def open_with(words: str, turn: Turn, answered: Answered) -> Answered:
    """Return the answer with the late words before it; in place of it where nothing was said that asks for one.

    Our own fixed words for somebody at risk stand alone, and what was owed is dropped.
    """
    answered = cut_short(answered)
    reply = answered.reply
    if reply.source == "safety":
        return answered
    text = f"{words} {reply.text}" if turn.kind in {"text", "goodbye"} else words
    return replace(answered, reply=replace(reply, text=text), owed="told")


def _is_promised(place: Place, services: Services) -> bool:
    if place.ticket is None:
        return False
    now = services.wall_clock()
    try:
        return services.sessions.promise(_key(place), place.number, now, now + min(KEPT_S, services.session_ttl_s))
    except StoreError:
        return False


def _late_words(completion: Completion | None, turn: Turn, persona: Persona, seed: int) -> str:
    """Return the words that may be told later, empty for none: a fallback line is no answer."""
    if completion is None:
        return ""
    reply, _ = reply_of(completion, turn, persona, seed)
    return "" if reply.source == "fallback" else reply.text


def _wait(place: Place, deadline: Deadline, services: Services) -> Late | None:
    """Return what is owed when it is there, or as it stands at the deadline."""
    late = place.late
    while late is not None and late.words is None and deadline.left() > 0:
        services.pause(_PAUSE_S)
        try:
            late = services.sessions.find(_key(place), services.wall_clock())
        except StoreError:
            return None
    return late


def _not_yet(turn: Turn, persona: Persona, seed: int, services: Services) -> Reply:
    """Return a call for the next follow-up, or, with none left, the line that says that the answer will come."""
    number = next_follow_up(turn, services.follow_ups.get(turn.channel, 0))
    return replace(line(persona.later, turn, persona, seed), follow_up=number)


def _key(place: Place) -> str:
    return place.ticket.key if place.ticket else ""
