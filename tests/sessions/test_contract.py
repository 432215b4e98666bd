"""What every store promises: what is remembered, for how long, that forgetting is real, turns once and in order."""

import threading

from app.core.types import Care, Exchange, Session
from app.sessions import CARE_TTL_S, MAX_EXCHANGES, Store
from app.sessions.turns import Closing, Entry, Late, Owed, Ticket
from tests.sessions.conftest import OpenStore

NOW = 1_700_000_000.0
CARE = Care()


def test_tallies_add_up_over_all_workers(open_store: OpenStore) -> None:
    """Each is told the total, its own and the others' part."""
    one, other = open_store(), open_store()
    until = NOW + 60

    assert one.tally({"a": (3, until), "b": (1, until)}, NOW) == {"a": 3, "b": 1}
    assert other.tally({"a": (4, until)}, NOW + 1) == {"a": 7}
    assert one.tally({"a": (1, until)}, NOW + 2) == {"a": 8}


def test_read_of_an_unknown_session_is_empty(store: Store) -> None:
    """A conversation begins with nothing."""
    assert store.read("new", NOW) == Session()


def test_append_is_read_back_in_order_by_another_worker(open_store: OpenStore) -> None:
    """What one worker remembers, another one knows at once."""
    one, other = (open_store(60) for _ in range(2))
    exchanges = tuple(Exchange(f"question {n}", f"answer {n}", answered=n != 1) for n in range(3))

    for exchange in exchanges:
        one.append("key", exchange, "joy", CARE, NOW, NOW)

    assert other.read("key", NOW) == Session("joy", exchanges, 3)


def test_sessions_do_not_see_each_other(store: Store) -> None:
    """One person's words never reach another's conversation."""
    store.append("one", Exchange("secret", "I see."), "joy", CARE, NOW, NOW)

    assert store.read("other", NOW) == Session()


def test_append_keeps_the_newest_only(store: Store) -> None:
    """A conversation of any length stays bounded, and counts on."""
    for number in range(MAX_EXCHANGES + 5):
        store.append("key", Exchange(str(number), "ok"), "joy", CARE, NOW, NOW)

    session = store.read("key", NOW)

    assert [exchange.user for exchange in session.exchanges] == [str(n) for n in range(5, MAX_EXCHANGES + 5)]
    assert session.turns == MAX_EXCHANGES + 5


def test_session_expires_after_its_last_turn(open_store: OpenStore) -> None:
    """Each turn begins the time to live anew; after it nothing is known."""
    store = open_store(100)
    store.append("key", Exchange("one", "ok"), "joy", CARE, NOW, NOW)
    store.append("key", Exchange("two", "ok"), "joy", CARE, NOW + 90, NOW + 90)

    assert len(store.read("key", NOW + 189).exchanges) == 2
    assert store.read("key", NOW + 190) == Session()


def test_append_after_expiry_starts_anew(open_store: OpenStore) -> None:
    """An expired conversation does not come back with the next turn."""
    store = open_store(100)
    store.append("key", Exchange("old", "ok"), "joy", CARE, NOW, NOW)

    store.append("key", Exchange("new", "ok"), "joy", CARE, NOW + 200, NOW + 200)

    assert store.read("key", NOW + 200) == Session("joy", (Exchange("new", "ok"),), 1)


def test_another_persona_starts_anew(store: Store) -> None:
    """The interviewer does not know what was told to JOY."""
    store.append("key", Exchange("I feel low", "I hear you."), "joy", CARE, NOW, NOW)

    store.append("key", Exchange("ask me", "Trees?"), "interviewer", CARE, NOW, NOW)

    assert store.read("key", NOW) == Session("interviewer", (Exchange("ask me", "Trees?"),), 1)


def test_append_without_words_counts_only(store: Store) -> None:
    """A persona without memory leaves no words behind."""
    store.append("key", None, "superhero", CARE, NOW, NOW)

    assert store.read("key", NOW) == Session("superhero", (), 1)


def test_many_threads_lose_nothing(store: Store) -> None:
    """Turns of many sessions at once are all remembered."""

    def talk(key: str) -> None:
        for number in range(10):
            store.append(key, Exchange(str(number), "ok"), "joy", CARE, NOW, NOW)

    threads = [threading.Thread(target=talk, args=(f"session {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    turns = [store.read(f"session {n}", NOW).turns for n in range(8)]
    assert turns == [10] * 8


def test_care_outlives_the_words(open_store: OpenStore) -> None:
    """Hours after the words are gone it is still known that somebody was at risk; days later it is not."""
    store = open_store(100)
    care = Care(risk="active", risk_at=NOW, fixed_turns=2, disclosed_at=NOW, is_minor=True)
    store.append("key", Exchange("a", "b"), "joy", care, NOW, NOW)

    store.sweep(NOW + 3_600)

    assert store.read("key", NOW + 3_600) == Session(care=care)
    assert store.read("key", NOW + CARE_TTL_S) == Session()


def test_care_stays_when_the_persona_changes(store: Store) -> None:
    """Asking for another persona does not lower a flag."""
    care = Care(risk="imminent", risk_at=NOW)
    store.append("key", Exchange("a", "b"), "joy", care, NOW, NOW)

    assert store.read("key", NOW).care == care
    store.append("key", None, "support", care, NOW, NOW)
    assert store.read("key", NOW) == Session("support", (), 1, care)


def test_forget_deletes_care_too(store: Store) -> None:
    """Deleted means all of it."""
    store.append("key", Exchange("a", "b"), "joy", Care(risk="active", risk_at=NOW), NOW, NOW)

    store.forget("key", NOW)

    assert store.read("key", NOW) == Session()


def test_referrals_are_counted_by_day_and_level_and_survive(store: Store) -> None:
    """The yearly report needs counts; forgetting and sweeping do not touch them."""
    for level, day in [("active", "2026-11-21"), ("active", "2026-11-21"), ("passive", "2026-12-01")]:
        store.count_referral(level, day)  # type: ignore[arg-type]
    store.count_referral("active", "2025-01-01")

    store.forget("key", NOW)
    store.sweep(NOW * 2)

    assert store.referrals(2026) == {"2026-11-21": {"active": 2}, "2026-12-01": {"passive": 1}}


def test_a_turn_in_progress_brings_no_deleted_words_back(store: Store) -> None:
    """A turn that began before the deletion and ends after it leaves nothing; a later one does."""
    store.forget("key", NOW + 1)

    store.append("key", Exchange("before", "ok"), "joy", CARE, NOW, NOW + 2)
    assert store.read("key", NOW + 2) == Session()
    store.append("key", Exchange("after", "ok"), "joy", CARE, NOW + 3, NOW + 4)
    assert store.read("key", NOW + 4).exchanges == (Exchange("after", "ok"),)


def ticket(turn: str, holder: str = "", key: str = "key") -> Ticket:
    return Ticket(key, f"turn {turn}", holder or f"holder of {turn}", NOW + 5)


def close(
    store: Store, ticket: Ticket, entry: Entry, words: str = "ok", owed: Owed = "dropped", answered: bool = True
) -> None:
    closing = Closing(ticket, entry.number, f"answer to {ticket.turn}", NOW + 60, owed)
    store.append(ticket.key, Exchange(ticket.turn, words, answered), "joy", CARE, NOW, NOW, closing)


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


def test_many_at_once_enter_in_order_and_once(open_store: OpenStore) -> None:
    """Forty requests for ten turns over four workers: ten numbers, one holder each, one of them next."""
    stores = [open_store() for _ in range(4)]
    entries: list[tuple[str, Entry]] = []

    def bring(number: int) -> None:
        turn = str(number % 10)
        entries.append((turn, stores[number % 4].enter(ticket(turn, holder=str(number)), NOW)))

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ours = [(turn, entry.number) for turn, entry in entries if entry.is_ours]
    assert sorted(turn for turn, _ in ours) == [str(number) for number in range(10)]
    assert len({number for _, number in ours}) == 10
    assert sum(entry.is_next for _, entry in entries) == 1


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


def promised(store: Store, kept: str | None = "At last.") -> Late:
    """Promise an answer, keep it, and close the turn that owes it."""
    entry = store.enter(ticket("a"), NOW)
    assert store.promise("key", entry.number, NOW, NOW + 300)
    if kept is not None:
        store.keep("key", entry.number, kept, NOW)
    close(store, ticket("a"), entry, "later", "stays", answered=False)
    return Late(entry.number, kept)


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

    store.append("key", None, "joy", Care(risk="active", risk_at=NOW), NOW, NOW)

    assert store.find("key", NOW) is None
    assert not store.promise("key", running.number, NOW, NOW + 300)
    store.keep("key", late.number, "At last.", NOW)
    assert store.find("key", NOW) is None


def test_a_crisis_lets_nobody_wait(store: Store) -> None:
    """A turn in progress when somebody is found at risk does not hold up the next words."""
    store.enter(ticket("a"), NOW)

    store.append("key", None, "joy", Care(risk="active", risk_at=NOW), NOW, NOW)

    assert store.enter(ticket("b"), NOW).is_next


def test_a_flag_is_not_taken_back_by_a_turn_that_did_not_know_it(store: Store) -> None:
    """A turn that began before a crisis and ends after it leaves the flag as it is."""
    entry = store.enter(ticket("a"), NOW)
    flag = Care(risk="active", risk_at=NOW + 1, fixed_turns=2)

    store.append("key", None, "joy", flag, NOW + 1, NOW + 1)
    close(store, ticket("a"), entry)

    assert store.read("key", NOW + 2).care == flag


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

    store.append("key", None, "support", CARE, NOW, NOW)

    assert store.find("key", NOW) is None


def test_any_words_come_back_as_they_were(store: Store) -> None:
    """Quotes, line ends, emoji, other scripts, words that look like our own marks."""
    words = ['"quoted" \\ and /', "line\nend\t", "👍🏽 你好", "7:[1]", "{}", ""]
    for text in words:
        entry = store.enter(ticket(text), NOW)
        closing = Closing(ticket(text), entry.number, text, NOW + 9, "stays")
        store.append("key", Exchange(text, text), "joy", CARE, NOW, NOW, closing)

    assert [exchange.reply for exchange in store.read("key", NOW).exchanges] == words
