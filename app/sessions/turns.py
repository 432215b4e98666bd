"""A turn's way through the store: it is entered once and in its place, and closed with what became of it.

Entering is one round trip and tells all that a turn needs: whether another request brought the same turn before,
whether the turns before it are done, what the session remembers, and the answer that an earlier turn still owes.
Numbers give the order, across workers and replicas: history is kept by number, whichever turn ends first.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.core.types import Care, Exchange, Session

Owed = Literal["stays", "told", "dropped"]
"""What a turn does with the answer that an earlier turn owes: leaves it, gives it, or takes its place."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request for one turn of the session `key`. All but `holder` and `until` are hashes.

    `turn` is the same for requests that bring the same turn, `holder` for none. `until`, in seconds since 1970, is
    when the turn is given up unless it is closed: its worker must have died.
    """

    key: str
    turn: str
    holder: str
    until: float


@dataclass(frozen=True, slots=True)
class Late:
    """An answer that the turn `number` owes. `words` is None while the model still speaks, empty when it failed."""

    number: int
    words: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """How a turn stands. `is_ours` is false when another request brought it first; then only `answer` counts.

    `is_next` says that no earlier turn of the session is in progress. `answer` is what closed the turn, as given.
    """

    number: int
    is_ours: bool
    is_next: bool = False
    answer: str | None = None
    session: Session = field(default_factory=Session)
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a turn ends: with an answer, kept until `answer_until` for whoever brings the turn again."""

    ticket: Ticket
    number: int
    answer: str
    answer_until: float
    owed: Owed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn leaves in its session; `began_at` is in seconds since 1970.

    Without an exchange its words are not kept. Without a closing it never had a place in the order.
    """

    persona: str
    care: Care
    began_at: float
    exchange: Exchange | None = None
    closing: Closing | None = None


class Turns(Protocol):
    """Turns once and in order. Closing is part of Sessions.append: memory and answer are kept together or not at all.

    Each method raises StoreError, within about 0.3 s, when the store does not answer.
    """

    def enter(self, ticket: Ticket, now: float) -> Entry:
        """Return how the turn stands; the first request for it takes the next number. Asking again changes nothing."""


class LateAnswers(Protocol):
    """At most one answer a session that is still to come or to be collected. Errors as in Turns."""

    def promise(self, key: str, number: int, now: float, until: float) -> bool:
        """Say that the answer to a turn will come; false when the session was forgotten or somebody is at risk."""

    def keep(self, key: str, number: int, words: str, now: float) -> None:
        """Keep the answer that was promised, empty for none. Nothing happens when it is not awaited any more."""

    def find(self, key: str, now: float) -> Late | None:
        """Return the answer that is owed, None when there is none or it expired."""
