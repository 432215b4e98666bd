"""What every store promises of late answers: found by any worker, once, and gone when they would be wrong."""

from app.core.types import Care, Exchange, Session
from app.sessions import Store
from app.sessions.turns import Late, Outcome, Ticket
from tests.sessions.conftest import OpenStore
from tests.sessions.tickets import CARE, NOW, close, ticket


def promised(store: Store, kept: str | None = "At last.") -> Late:
    """Promise an answer, keep it, and close the turn that owes it."""
    entry = store.enter(ticket("a"), NOW)
    assert store.promise("key", entry.number, NOW, NOW + 300)
    if kept is not None:
        store.keep("key", entry.number, kept, NOW)
    close(store, ticket("a"), entry, "later", "stays", answered=False)
    return Late(entry.number, kept)


def test_a_late_answer_is_collected_elsewhere(open_store: OpenStore) -> None:
    """What is promised at one worker is found at another, once it is there, and then stands in the history."""
    one, other = open_store(), open_store()
    entry = one.enter(ticket("a"), NOW)
    assert one.promise("key", entry.number, NOW, NOW + 300)
    close(one, ticket("a"), entry, "later", "stays", answered=False)

    before = other.find("key", NOW)
    one.keep("key", entry.number, "At last.", NOW)
    after = other.enter(ticket("b"), NOW)
    close(other, ticket("b"), after, owed="told")

    assert (before, after.late) == (Late(entry.number, None), Late(entry.number, "At last."))
    assert one.find("key", NOW) is None
    assert one.read("key", NOW).exchanges == (Exchange("turn a", "At last."), Exchange("turn b", "ok"))


def test_a_late_answer_expires(store: Store) -> None:
    """What nobody collects is gone, and is not kept any more when it comes even later."""
    late = promised(store)

    assert store.find("key", NOW + 299) == late
    assert store.find("key", NOW + 300) is None
    store.keep("key", late.number, "Too late.", NOW + 301)
    assert store.find("key", NOW + 301) is None


def test_a_turn_that_answers_drops_what_was_owed(store: Store) -> None:
    """Words that a later turn has answered are not answered again."""
    late = promised(store)

    close(store, ticket("b"), store.enter(ticket("b"), NOW))
    store.keep("key", late.number, "At last.", NOW)

    assert store.find("key", NOW) is None


def test_a_turn_between_leaves_what_is_owed(store: Store) -> None:
    """A follow-up that came too early, a form that is filled: the answer is still to come."""
    late = promised(store, kept=None)

    close(store, ticket("b"), store.enter(ticket("b"), NOW), owed="stays")

    assert store.find("key", NOW) == late


def test_a_crisis_drops_what_is_owed(store: Store) -> None:
    """After somebody was found at risk no older answer comes back, nor can a turn in progress promise one."""
    late = promised(store)
    running = store.enter(ticket("b"), NOW)

    store.append("key", Outcome("joy", Care(risk="active", risk_at=NOW), NOW), NOW)

    assert store.find("key", NOW) is None
    assert not store.promise("key", running.number, NOW, NOW + 300)
    store.keep("key", late.number, "At last.", NOW)
    assert store.find("key", NOW) is None


def test_forget_deletes_turns_and_late_answers(store: Store) -> None:
    """No answer is repeated, collected or kept after the deletion, also of turns that were in progress."""
    late = promised(store)
    running = store.enter(ticket("b"), NOW)

    store.forget("key", NOW + 1)

    assert not store.promise("key", running.number, NOW + 1, NOW + 300)
    close(store, ticket("b"), running)
    store.keep("key", late.number, "At last.", NOW + 1)
    assert store.find("key", NOW + 1) is None
    fresh = store.enter(Ticket("key", "turn a", "another", NOW + 20), NOW + 2)
    assert (fresh.is_ours, fresh.session, fresh.late) == (True, Session(), None)
    assert fresh.number > running.number


def test_another_persona_does_not_get_what_was_owed(store: Store) -> None:
    """What one persona would have said is not said by another."""
    promised(store)

    store.append("key", Outcome("support", CARE, NOW), NOW)

    assert store.find("key", NOW) is None
