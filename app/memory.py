"""What a turn asks of the session store, and what it does when the store fails: go on."""

import datetime
import logging
from concurrent.futures import Future
from dataclasses import replace

from app.core.errors import StoreError
from app.core.keys import repeated_within_s, session_key, turn_key
from app.core.persona import Persona
from app.core.types import Care, RiskLevel, Session, Turn
from app.safety.care import raise_risk
from app.services import Services
from app.sessions.turns import Outcome

logger = logging.getLogger(__name__)

_CRISIS_PATIENCE_S = 0.05  # a healthy store answers in under a millisecond; a sick one must not hold up help


def recall_at_once(turn: Turn, services: Services) -> Session:
    """Return the session if the store has it at hand, else what this process knows of the person's safety."""
    if not turn.session:
        return Session()
    reading = services.background.submit(_read, _key(turn), services)
    try:
        return reading.result(timeout=_CRISIS_PATIENCE_S)
    except TimeoutError:
        return Session(care=services.flags.alone(_key(turn)))


def remember(turn: Turn, outcome: Outcome, services: Services) -> tuple[str, ...]:
    """Keep what the turn leaves, and close it; return what went wrong.

    A turn that has no place to close found the store down when it began: it does not wait for it a second time.
    """
    if not turn.session:
        return ()
    if outcome.closing is None:
        services.background.submit(_keep, _key(turn), outcome, services)
        return ()
    return () if _keep(_key(turn), outcome, services) else ("StoreError",)


def remember_crisis(turn: Turn, persona: Persona, care: Care, level: RiskLevel, services: Services) -> None:
    """Keep, in the background, that somebody is at risk, and count the referral once, however often the turn arrives.

    The words are not kept.
    """

    key = _key(turn)
    if turn.session:
        services.flags.note(key, care, is_stored=False)

    def keep() -> None:
        now = services.wall_clock()
        if turn.session:
            _keep(key, Outcome(persona.id, care, now), services)
        _count_referral(turn, level, now, services)

    services.background.submit(keep)


def remember_late_finding(turn: Turn, persona: Persona, finding: "Future[RiskLevel]", services: Services) -> None:
    """When the second rail's answer comes after the turn's: flag the session for its next turn."""

    def keep(done: "Future[RiskLevel]") -> None:
        if done.cancelled() or done.result() == "none" or not turn.session:
            return
        now = services.wall_clock()
        session = _read(_key(turn), services)
        care = replace(raise_risk(session.care, done.result(), now), since_resource=1)
        if not _keep(_key(turn), Outcome(persona.id, care, now), services):
            logger.error("a finding of the moderation model was not recorded: the store does not answer")

    finding.add_done_callback(keep)


def forget(turn: Turn, services: Services) -> bool:
    """Delete all that is known of the conversation; return whether it was done."""
    services.flags.forget(_key(turn))
    try:
        services.sessions.forget(_key(turn), services.wall_clock())
    except StoreError:
        return False
    return True


def _key(turn: Turn) -> str:
    return session_key(turn.channel, turn.session)


def _read(key: str, services: Services) -> Session:
    notes = services.flags.notes()
    try:
        session = services.sessions.read(key, services.wall_clock())
    except StoreError:
        return Session(care=services.flags.alone(key))
    return replace(session, care=services.flags.newest(key, session.care, notes))


def _count_referral(turn: Turn, level: RiskLevel, now: float, services: Services) -> None:
    """Count it, unless another request brought the same turn before, at whatever worker."""
    day = datetime.datetime.fromtimestamp(now, datetime.UTC).date().isoformat()
    name = f"crisis:{turn_key(turn)}"
    try:
        arrivals = services.sessions.tally({name: (1, now + repeated_within_s(turn))}, now)
        if arrivals[name] == 1:
            services.sessions.count_referral(level, day)
    except StoreError:
        logger.error("a referral was not recorded: the store does not answer")


def _keep(key: str, outcome: Outcome, services: Services) -> bool:
    """Append to the session; return whether the store took it. Flags are known here in any case."""
    try:
        services.sessions.append(key, outcome, services.wall_clock())
    except StoreError:
        services.flags.note(key, outcome.care, is_stored=False)
        return False
    services.flags.note(key, outcome.care, is_stored=True)
    return True
