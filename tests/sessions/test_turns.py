"""What every store promises of turns: each once, in order, and nobody waits for ever."""

import contextlib
import threading

from app.core.errors import StoreError
from app.core.types import Care, Exchange, Session
from app.sessions import Store
from app.sessions.turns import Closing, Entry, Outcome, Ticket
from tests.sessions.conftest import OpenStore
from tests.sessions.tickets import CARE, NOW, close, ticket


def test_the_first_turn_is_next(store: Store) -> None:
    """Nobody waits where nobody else is, and asking again changes nothing."""
    first = store.enter(ticket("a"), NOW)

    assert (first.is_ours, first.is_next, first.session, first.late) == (True, True, Session(), None)
    assert store.enter(ticket("a"), NOW) == first


def test_turns_of_one_session_wait_for_each_other(open_store: OpenStore) -> None:
    """At another worker too, a turn is next when all before it are closed, and then knows what they said."""
    one, other = open_store(), open_store()
    first, second = one.enter(ticket("a"), NOW), other.enter(ticket("b"), NOW)

    close(one, ticket("a"), first)
    after = other.enter(ticket("b"), NOW)

    assert (second.is_next, after.is_next, first.number < second.number == after.number) == (False, True, True)
    assert after.session.exchanges == (Exchange("turn a", "ok"),)


def test_turns_of_different_sessions_never_wait(store: Store) -> None:
    """Somebody else's turn holds up nobody."""
    store.enter(ticket("a", key="one"), NOW)

    assert store.enter(ticket("b", key="other"), NOW).is_next


def test_a_turn_that_is_never_closed_is_given_up(store: Store) -> None:
    """A worker that dies in a turn holds up the session no longer than its ticket says."""
    store.enter(ticket("a"), NOW)
    after = Ticket("key", "turn b", "holder", NOW + 20)

    assert not store.enter(after, NOW + 4.9).is_next
    assert store.enter(after, NOW + 5).is_next


def test_a_turn_that_was_overtaken_is_waited_for_no_more(store: Store) -> None:
    """Who stopped waiting for a dead worker has waited for all that come later."""
    store.enter(ticket("a"), NOW)
    second = store.enter(ticket("b"), NOW)

    close(store, ticket("b"), second)

    assert store.enter(ticket("c"), NOW).is_next


def test_history_is_in_the_order_of_the_turns(store: Store) -> None:
    """Whichever turn ends first, what is remembered stands in the order in which the turns came."""
    first, second = store.enter(ticket("a"), NOW), store.enter(ticket("b"), NOW)

    close(store, ticket("b"), second)
    close(store, ticket("a"), first)

    assert [exchange.user for exchange in store.read("key", NOW).exchanges] == ["turn a", "turn b"]


def test_the_same_turn_is_done_once(open_store: OpenStore) -> None:
    """Who brings a turn again, at whatever worker, is told the answer once there is one, for as long as agreed."""
    one, other = open_store(), open_store()
    first = one.enter(ticket("a"), NOW)
    again = ticket("a", holder="another")

    early = other.enter(again, NOW)
    close(one, ticket("a"), first)
    later = other.enter(again, NOW + 59)

    assert (early.is_ours, early.answer) == (False, None)
    assert (later.is_ours, later.answer) == (False, "answer to turn a")
    assert store_turns(one) == 1
    assert other.enter(Ticket("key", "turn a", "another", NOW + 70), NOW + 60).is_ours


def store_turns(store: Store) -> int:
    return store.read("key", NOW).turns


def test_who_brings_a_turn_again_takes_it_over_when_it_is_given_up(store: Store) -> None:
    """The retry of a turn whose worker died is answered."""
    store.enter(ticket("a"), NOW)

    assert store.enter(Ticket("key", "turn a", "another", NOW + 10), NOW + 5).is_ours


def enter(store: Store, ticket: Ticket) -> Entry:
    """Enter, again where forty at once on a busy machine were too many for the store's patience."""
    for _ in range(20):
        with contextlib.suppress(StoreError):
            return store.enter(ticket, NOW)
    return store.enter(ticket, NOW)


def test_many_at_once_enter_in_order_and_once(open_store: OpenStore) -> None:
    """Forty requests for ten turns over four workers: ten numbers, one holder each, one of them next."""
    stores = [open_store() for _ in range(4)]
    entries: list[tuple[str, Entry]] = []

    def bring(number: int) -> None:
        turn = str(number % 10)
        entries.append((turn, enter(stores[number % 4], ticket(turn, holder=str(number)))))

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ours = [(turn, entry.number) for turn, entry in entries if entry.is_ours]
    assert sorted(turn for turn, _ in ours) == [str(number) for number in range(10)]
    assert len({number for _, number in ours}) == 10
    assert sum(entry.is_next for _, entry in entries) == 1


def test_a_crisis_lets_nobody_wait(store: Store) -> None:
    """A turn in progress when somebody is found at risk does not hold up the next words."""
    store.enter(ticket("a"), NOW)

    store.append("key", Outcome("joy", Care(risk="active", risk_at=NOW), NOW), NOW)

    assert store.enter(ticket("b"), NOW).is_next


def test_a_flag_is_not_taken_back_by_a_turn_that_did_not_know_it(store: Store) -> None:
    """A turn that began before a crisis and ends after it leaves the flag as it is."""
    entry = store.enter(ticket("a"), NOW)
    flag = Care(risk="active", risk_at=NOW + 1, fixed_turns=2)

    store.append("key", Outcome("joy", flag, NOW + 1), NOW + 1)
    close(store, ticket("a"), entry)

    assert store.read("key", NOW + 2).care == flag


def test_any_words_come_back_as_they_were(store: Store) -> None:
    """Quotes, line ends, emoji, other scripts, words that look like our own marks."""
    words = ['"quoted" \\ and /', "line\nend\t", "👍🏽 你好", "7:[1]", "{}", ""]
    for text in words:
        entry = store.enter(ticket(text), NOW)
        closing = Closing(ticket(text), entry.number, text, NOW + 9, "stays")
        store.append("key", Outcome("joy", CARE, NOW, Exchange(text, text), closing), NOW)

    assert [exchange.reply for exchange in store.read("key", NOW).exchanges] == words
