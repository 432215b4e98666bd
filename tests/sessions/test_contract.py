"""What every store promises: what is remembered, for how long, that forgetting is real."""

import threading
from dataclasses import replace

from app.core.types import Care, Exchange, Session
from app.sessions import CARE_TTL_S, MAX_EXCHANGES, Store
from app.sessions.turns import Outcome
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
        one.append("key", Outcome("joy", CARE, NOW, exchange), NOW)

    assert other.read("key", NOW) == Session("joy", exchanges, 3)


def test_sessions_do_not_see_each_other(store: Store) -> None:
    """One person's words never reach another's conversation."""
    store.append("one", Outcome("joy", CARE, NOW, Exchange("secret", "I see.")), NOW)

    assert store.read("other", NOW) == Session()


def test_append_keeps_the_newest_only(store: Store) -> None:
    """A conversation of any length stays bounded, and counts on."""
    for number in range(MAX_EXCHANGES + 5):
        store.append("key", Outcome("joy", CARE, NOW, Exchange(str(number), "ok")), NOW)

    session = store.read("key", NOW)

    assert [exchange.user for exchange in session.exchanges] == [str(n) for n in range(5, MAX_EXCHANGES + 5)]
    assert session.turns == MAX_EXCHANGES + 5


def test_session_expires_after_its_last_turn(open_store: OpenStore) -> None:
    """Each turn begins the time to live anew; after it nothing is known."""
    store = open_store(100)
    store.append("key", Outcome("joy", CARE, NOW, Exchange("one", "ok")), NOW)
    store.append("key", Outcome("joy", CARE, NOW + 90, Exchange("two", "ok")), NOW + 90)

    assert len(store.read("key", NOW + 189).exchanges) == 2
    assert store.read("key", NOW + 190) == Session()


def test_append_after_expiry_starts_anew(open_store: OpenStore) -> None:
    """An expired conversation does not come back with the next turn."""
    store = open_store(100)
    store.append("key", Outcome("joy", CARE, NOW, Exchange("old", "ok")), NOW)

    store.append("key", Outcome("joy", CARE, NOW + 200, Exchange("new", "ok")), NOW + 200)

    assert store.read("key", NOW + 200) == Session("joy", (Exchange("new", "ok"),), 1)


def test_another_persona_starts_anew(store: Store) -> None:
    """The interviewer does not know what was told to JOY."""
    store.append("key", Outcome("joy", CARE, NOW, Exchange("I feel low", "I hear you.")), NOW)

    store.append("key", Outcome("interviewer", CARE, NOW, Exchange("ask me", "Trees?")), NOW)

    assert store.read("key", NOW) == Session("interviewer", (Exchange("ask me", "Trees?"),), 1)


def test_append_without_words_counts_only(store: Store) -> None:
    """A persona without memory leaves no words behind."""
    store.append("key", Outcome("superhero", CARE, NOW), NOW)

    assert store.read("key", NOW) == Session("superhero", (), 1)


def test_many_threads_lose_nothing(store: Store) -> None:
    """Turns of many sessions at once are all remembered."""

    def talk(key: str) -> None:
        for number in range(10):
            store.append(key, Outcome("joy", CARE, NOW, Exchange(str(number), "ok")), NOW)

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
    store.append("key", Outcome("joy", care, NOW, Exchange("a", "b")), NOW)

    store.sweep(NOW + 3_600)

    assert store.read("key", NOW + 3_600) == Session(care=care)
    assert store.read("key", NOW + CARE_TTL_S) == Session()


def test_care_of_who_is_not_at_risk_goes_with_the_words(open_store: OpenStore) -> None:
    """What is kept for days is kept of few: a conversation without a flag leaves nothing."""
    store = open_store(100)
    care = Care(since_resource=1, seen_at=NOW, disclosed_at=NOW)
    store.append("key", Outcome("joy", care, NOW, Exchange("a", "b")), NOW)
    store.append("minor", Outcome("joy", replace(care, is_minor=True), NOW, Exchange("a", "b")), NOW)

    assert store.read("key", NOW + 99).care == care
    assert store.read("key", NOW + 100) == Session()
    assert store.read("minor", NOW + 100).care.is_minor


def test_care_stays_when_the_persona_changes(store: Store) -> None:
    """Asking for another persona does not lower a flag."""
    care = Care(risk="imminent", risk_at=NOW)
    store.append("key", Outcome("joy", care, NOW, Exchange("a", "b")), NOW)

    assert store.read("key", NOW).care == care
    store.append("key", Outcome("support", care, NOW), NOW)
    assert store.read("key", NOW) == Session("support", (), 1, care)


def test_forget_deletes_care_too(store: Store) -> None:
    """Deleted means all of it."""
    store.append("key", Outcome("joy", Care(risk="active", risk_at=NOW), NOW, Exchange("a", "b")), NOW)

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

    store.append("key", Outcome("joy", CARE, NOW, Exchange("before", "ok")), NOW + 2)
    assert store.read("key", NOW + 2) == Session()
    store.append("key", Outcome("joy", CARE, NOW + 3, Exchange("after", "ok")), NOW + 4)
    assert store.read("key", NOW + 4).exchanges == (Exchange("after", "ok"),)
