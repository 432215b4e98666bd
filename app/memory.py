"""What a turn asks of the session store, and what it does when the store fails: go on."""

import datetime
import hashlib
import logging
from concurrent.futures import Future
from dataclasses import replace

from app.core.errors import StoreError
from app.core.persona import Persona
from app.core.prompt import MAX_USER_CHARACTERS
from app.core.types import Care, Exchange, Reply, RiskLevel, Session, Turn
from app.safety.care import raise_risk
from app.services import Services

logger = logging.getLogger(__name__)

_CRISIS_PATIENCE_S = 0.05  # a healthy store answers in under a millisecond; a sick one must not hold up help


def session_key(channel: str, session: str) -> str:
    """Return the name a session has in the store and the log: a hash, so that neither holds the caller's id."""
    return hashlib.blake2b(f"{channel}\n{session}".encode(), digest_size=16).hexdigest()


def recall(turn: Turn, services: Services) -> tuple[Session, tuple[str, ...]]:
    """Return the session and what went wrong: nothing is remembered while the store is down."""
    if not turn.session:
        return Session(), ()
    try:
        return services.sessions.read(_key(turn), services.wall_clock()), ()
    except StoreError:
        return Session(), ("StoreError",)


def recall_at_once(turn: Turn, services: Services) -> Session:
    """Return the session if the store has it at hand, else an empty one."""
    reading = services.background.submit(recall, turn, services)
    try:
        return reading.result(timeout=_CRISIS_PATIENCE_S)[0]
    except TimeoutError:
        return Session()


def remember(
    turn: Turn, persona: Persona, reply: Reply, care: Care, is_kept: bool, began_at: float, services: Services
) -> tuple[str, ...]:
    """Keep the exchange, unless its words are not to be kept, and care; return what went wrong.

    `began_at` is when the turn began, in seconds since 1970: what was forgotten after that is not brought back.
    """
    if not turn.session:
        return ()
    exchange = Exchange(turn.text[:MAX_USER_CHARACTERS], reply.text, answered=reply.source != "fallback")
    has_words = is_kept and persona.memory and turn.kind == "text"
    kept = exchange if has_words else None
    try:
        services.sessions.append(_key(turn), kept, persona.id, care, began_at, services.wall_clock())
    except StoreError:
        return ("StoreError",)
    return ()


def remember_crisis(turn: Turn, persona: Persona, care: Care, level: RiskLevel, services: Services) -> None:
    """Keep, in the background, that somebody is at risk, and count the referral. The words are not kept."""

    def keep() -> None:
        now = services.wall_clock()
        try:
            services.sessions.count_referral(
                level, datetime.datetime.fromtimestamp(now, datetime.UTC).date().isoformat()
            )
            if turn.session:
                services.sessions.append(_key(turn), None, persona.id, care, now, now)
        except StoreError:
            logger.error("a referral was not recorded: the store does not answer")

    services.background.submit(keep)


def remember_late_finding(turn: Turn, persona: Persona, finding: "Future[RiskLevel]", services: Services) -> None:
    """When the second rail's answer comes after the turn's: flag the session for its next turn."""

    def keep(done: "Future[RiskLevel]") -> None:
        if done.cancelled() or done.result() == "none" or not turn.session:
            return
        session, _ = recall(turn, services)
        now = services.wall_clock()
        care = replace(raise_risk(session.care, done.result(), now), since_resource=1)
        try:
            services.sessions.append(_key(turn), None, persona.id, care, now, now)
        except StoreError:
            logger.error("a finding of the moderation model was not recorded: the store does not answer")

    finding.add_done_callback(keep)


def forget(turn: Turn, services: Services) -> bool:
    """Delete all that is known of the conversation; return whether it was done."""
    try:
        services.sessions.forget(_key(turn), services.wall_clock())
    except StoreError:
        return False
    return True


def _key(turn: Turn) -> str:
    return session_key(turn.channel, turn.session)
