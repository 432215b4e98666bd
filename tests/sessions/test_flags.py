"""What a process knows by itself of who is at risk: when it counts, and when the store's word does."""

from app.core.types import Care
from app.sessions.flags import Flags

FLAG = Care(risk="active", risk_at=100.0, fixed_turns=2)


def test_a_finding_that_the_store_was_not_told_counts() -> None:
    """Whatever the store says, until it says something later."""
    flags = Flags()
    flags.note("key", FLAG, is_stored=False)
    later = Care(risk="passive", risk_at=200.0)

    assert flags.newest("key", Care(), flags.notes()) == FLAG
    assert flags.newest("key", later, flags.notes()) == later


def test_a_finding_that_was_stored_while_the_store_was_read_counts() -> None:
    """An answer that was on its way when the flag was written does not take it back."""
    flags = Flags()
    read_after = flags.notes()
    flags.note("key", FLAG, is_stored=True)

    assert flags.newest("key", Care(), read_after) == FLAG


def test_what_was_deleted_elsewhere_is_gone() -> None:
    """The store had the flag and has it no more: somebody asked for that."""
    flags = Flags()
    flags.note("key", FLAG, is_stored=True)

    assert flags.newest("key", Care(), flags.notes()) == Care()
    assert flags.alone("key") == Care()


def test_an_older_finding_takes_the_place_of_none() -> None:
    """A turn that did not know of the crisis leaves the flag that the store has yet to be told."""
    flags = Flags()
    flags.note("key", FLAG, is_stored=False)

    flags.note("key", Care(), is_stored=True)

    assert flags.alone("key") == FLAG
