"""What a conversation remembers, for as long as it lasts: the last exchanges, the persona, the number of turns.

A store that fails costs the memory of a turn, never its answer; so every store gives up fast and says StoreError.
"""

from typing import Protocol

from app.core.types import Exchange, Session

MAX_EXCHANGES = 40  # more than any token budget lets into a prompt; older ones are deleted


class Sessions(Protocol):
    """A store of sessions, shared by all workers. Keys are hashes: the caller's ids are never stored.

    Each method raises StoreError, within about 0.3 s, when the store does not answer.
    """

    def read(self, key: str, now: float) -> Session:
        """Return the session, an empty one when it is new, expired or was forgotten. `now` is seconds since 1970."""

    def append(self, key: str, exchange: Exchange | None, persona: str, now: float) -> None:
        """Count a turn, add its exchange if it is to be remembered, and begin the time to live anew.

        Another persona than before starts an empty session.
        """

    def forget(self, key: str) -> None:
        """Delete all that is known of a session at once. Forgetting an unknown one is no error."""

    def sweep(self, now: float) -> None:
        """Delete what is expired, also of sessions in which nobody speaks any more."""

    def ping(self) -> None:
        """Return when the store can be read and written."""
