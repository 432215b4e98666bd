"""What a conversation remembers: the last exchanges for as long as it lasts, and longer what keeps a person safe.

A store that fails costs the memory of a turn, never its answer; so every store gives up fast and says StoreError.
turns.py says how turns go through a store one by one; sqlite.py and redis.py are the stores.
"""

from collections.abc import Mapping
from typing import Protocol

from app.core.types import RiskLevel, Session
from app.sessions.turns import LateAnswers, Outcome, Turns

MAX_EXCHANGES = 40  # more than any token budget lets into a prompt; older ones are deleted
CARE_TTL_S = 4 * 86_400.0  # how long a flag is kept after the last turn; risk has decayed by then
LONGEST_TURN_S = 60.0  # nothing of a turn that began before a deletion is written later than this after it


class Sessions(Protocol):
    """A store of sessions, shared by all workers. Keys are hashes: the caller's ids are never stored.

    Each method raises StoreError, within about 0.3 s, when the store does not answer.
    """

    def read(self, key: str, now: float) -> Session:
        """Return the session, an empty one when it is new, expired or was forgotten. `now` is seconds since 1970.

        The words expire before a flag: a session may have no exchanges and still know that somebody was at risk.
        """

    def append(self, key: str, outcome: Outcome, now: float) -> None:
        """Count a turn, keep its care, add its exchange if there is one; the time to live begins anew.

        Another persona than before starts with no exchanges; care stays. A turn that began before the session was
        forgotten leaves nothing. Care never takes the place of care with a later finding (`risk_at`).
        No turn waits any more for those that came before this one, and those owe no answer. Without a closing the turn
        never had a place in the order, for somebody is at risk: it is the newest one, and what is owed is dropped.
        StoreError may mean "later": what was to be written when a busy store was given up on is written when it can be.
        """

    def forget(self, key: str, now: float) -> None:
        """Delete all that is known of a session at once. Forgetting an unknown one is no error."""

    def count_referral(self, level: RiskLevel, day: str) -> None:
        """Count that somebody was shown a helpline, by level and day ("2026-11-21"); nothing else is kept of it."""

    def referrals(self, year: int) -> Mapping[str, Mapping[str, int]]:
        """Return day -> level -> count for a year, for the report that New York and California ask for."""

    def sweep(self, now: float) -> None:
        """Delete what is expired, also of sessions in which nobody speaks any more."""

    def ping(self) -> None:
        """Return when the store can be read and written."""

    def close(self) -> None:
        """Close every connection; only when no turn is in progress any more."""


class Tallies(Protocol):
    """Counts that many processes add to. Errors as in Sessions."""

    def tally(self, counts: Mapping[str, tuple[int, float]], now: float) -> Mapping[str, int]:
        """Add to each count by name, kept until the moment beside it, and return what they are now."""


class Store(Sessions, Turns, LateAnswers, Tallies, Protocol):
    """All that turns ask of a store; what a new kind of store has to be."""
