"""Turns for the tests of what a store does with them."""

from app.core.types import Care, Exchange
from app.sessions import Store
from app.sessions.turns import Closing, Entry, Outcome, Owed, Ticket

NOW = 1_700_000_000.0
CARE = Care()


def ticket(turn: str, holder: str = "", key: str = "key") -> Ticket:
    """Return the ticket of a turn that is given up after five seconds."""
    return Ticket(key, f"turn {turn}", holder or f"holder of {turn}", NOW + 5)


def close(
    store: Store, ticket: Ticket, entry: Entry, words: str = "ok", owed: Owed = "dropped", answered: bool = True
) -> None:
    """End a turn with an answer."""
    closing = Closing(ticket, entry.number, f"answer to {ticket.turn}", NOW + 60, owed)
    store.append(ticket.key, Outcome("joy", CARE, NOW, Exchange(ticket.turn, words, answered), closing), NOW)
