"""What a conversation remembers: the last exchanges for as long as it lasts, and longer what keeps a person safe.

A store that fails costs the memory of a turn, never its answer; so every store gives up fast and says StoreError.
"""

from collections.abc import Mapping
from typing import Protocol

from app.core.types import Care, Exchange, RiskLevel, Session

MAX_EXCHANGES = 40  # more than any token budget lets into a prompt; older ones are deleted
CARE_TTL_S = 4 * 86_400.0  # how long the flag of a conversation is kept after its last turn; risk has decayed by then


class Sessions(Protocol):
    """A store of sessions, shared by all workers. Keys are hashes: the caller's ids are never stored.

    Each method raises StoreError, within about 0.3 s, when the store does not answer.
    """

    def read(self, key: str, now: float) -> Session:
        """Return the session, an empty one when it is new, expired or was forgotten. `now` is seconds since 1970.

        The words expire before the rest: a session may have no exchanges and still know that somebody was at risk.
        """

    def append(
        self, key: str, exchange: Exchange | None, persona: str, care: Care, began_at: float, now: float
    ) -> None:
        """Count a turn, keep its care, add its exchange if it is to be remembered; the time to live begins anew.

        Another persona than before starts with no exchanges; care stays. A turn that began before the session was
        forgotten leaves nothing.
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
