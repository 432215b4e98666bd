"""Sessions in SQLite: what is remembered, for how long, and that forgetting is real."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.core.errors import StoreError
from app.core.types import Care, Exchange, Session
from app.sessions import CARE_TTL_S, MAX_EXCHANGES
from app.sessions.sqlite import SqliteSessions
from tests.conftest import kept_bytes

NOW = 1_700_000_000.0
CARE = Care()


Open = Callable[..., SqliteSessions]


@pytest.fixture
def open_sessions() -> Iterator[Open]:
    with ExitStack() as opened:

        def open_(path: Path, ttl_s: float = 60) -> SqliteSessions:
            sessions = SqliteSessions(path, ttl_s)
            opened.callback(sessions.close)
            return sessions

        yield open_


def test_read_of_an_unknown_session_is_empty(sessions: SqliteSessions) -> None:
    """A conversation begins with nothing."""
    assert sessions.read("new", NOW) == Session()


def test_append_is_read_back_in_order_by_another_worker(open_sessions: Open, tmp_path: Path) -> None:
    """What one worker remembers, another one knows at once."""
    one, other = (open_sessions(tmp_path / "s.sqlite3", 60) for _ in range(2))
    exchanges = tuple(Exchange(f"question {n}", f"answer {n}", answered=n != 1) for n in range(3))

    for exchange in exchanges:
        one.append("key", exchange, "joy", CARE, NOW, NOW)

    assert other.read("key", NOW) == Session("joy", exchanges, 3)


def test_sessions_do_not_see_each_other(sessions: SqliteSessions) -> None:
    """One person's words never reach another's conversation."""
    sessions.append("one", Exchange("secret", "I see."), "joy", CARE, NOW, NOW)

    assert sessions.read("other", NOW) == Session()


def test_append_keeps_the_newest_only(sessions: SqliteSessions) -> None:
    """A conversation of any length stays bounded, and counts on."""
    for number in range(MAX_EXCHANGES + 5):
        sessions.append("key", Exchange(str(number), "ok"), "joy", CARE, NOW, NOW)

    session = sessions.read("key", NOW)

    assert [exchange.user for exchange in session.exchanges] == [str(n) for n in range(5, MAX_EXCHANGES + 5)]
    assert session.turns == MAX_EXCHANGES + 5


def test_session_expires_after_its_last_turn(open_sessions: Open, tmp_path: Path) -> None:
    """Each turn begins the time to live anew; after it nothing is known."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=100)
    sessions.append("key", Exchange("one", "ok"), "joy", CARE, NOW, NOW)
    sessions.append("key", Exchange("two", "ok"), "joy", CARE, NOW + 90, NOW + 90)

    assert len(sessions.read("key", NOW + 189).exchanges) == 2
    assert sessions.read("key", NOW + 190) == Session()


def test_append_after_expiry_starts_anew(open_sessions: Open, tmp_path: Path) -> None:
    """An expired conversation does not come back with the next turn."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=100)
    sessions.append("key", Exchange("old", "ok"), "joy", CARE, NOW, NOW)

    sessions.append("key", Exchange("new", "ok"), "joy", CARE, NOW + 200, NOW + 200)

    assert sessions.read("key", NOW + 200) == Session("joy", (Exchange("new", "ok"),), 1)


def test_another_persona_starts_anew(sessions: SqliteSessions) -> None:
    """The interviewer does not know what was told to JOY."""
    sessions.append("key", Exchange("I feel low", "I hear you."), "joy", CARE, NOW, NOW)

    sessions.append("key", Exchange("ask me", "Trees?"), "interviewer", CARE, NOW, NOW)

    assert sessions.read("key", NOW) == Session("interviewer", (Exchange("ask me", "Trees?"),), 1)


def test_append_without_words_counts_only(sessions: SqliteSessions) -> None:
    """A persona without memory leaves no words behind."""
    sessions.append("key", None, "superhero", CARE, NOW, NOW)

    assert sessions.read("key", NOW) == Session("superhero", (), 1)


def test_forget_leaves_no_byte(open_sessions: Open, tmp_path: Path) -> None:
    """After forgetting, the words are not in the files on the disk either."""
    sessions = open_sessions(tmp_path / "s.sqlite3", 60)
    sessions.append("key", Exchange("my-secret-words", "I see."), "joy", CARE, NOW, NOW)

    sessions.forget("key", NOW)

    assert sessions.read("key", NOW) == Session()
    assert b"my-secret-words" not in kept_bytes(tmp_path / "s.sqlite3")


def test_sweep_deletes_what_is_expired(open_sessions: Open, tmp_path: Path) -> None:
    """Words do not outlive their time because nobody speaks any more."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=100)
    sessions.append("key", Exchange("my-secret-words", "I see."), "joy", CARE, NOW, NOW)

    sessions.sweep(NOW + 101)

    assert b"my-secret-words" not in kept_bytes(tmp_path / "s.sqlite3")


def test_many_threads_lose_nothing(sessions: SqliteSessions) -> None:
    """Turns of many sessions at once are all remembered."""

    def talk(key: str) -> None:
        for number in range(10):
            sessions.append(key, Exchange(str(number), "ok"), "joy", CARE, NOW, NOW)

    threads = [threading.Thread(target=talk, args=(f"session {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    turns = [sessions.read(f"session {n}", NOW).turns for n in range(8)]
    assert turns == [10] * 8


def test_a_locked_file_costs_little_time(open_sessions: Open, tmp_path: Path) -> None:
    """A store that is stuck says so in a moment: the answer must not wait for it."""
    sessions = open_sessions(tmp_path / "s.sqlite3", 60)
    sessions.ping()
    blocker = sqlite3.connect(tmp_path / "s.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    started = time.monotonic()

    with pytest.raises(StoreError):
        sessions.append("key", Exchange("a", "b"), "joy", CARE, NOW, NOW)

    assert time.monotonic() - started < 2
    blocker.execute("ROLLBACK")
    blocker.close()
    sessions.append("key", Exchange("a", "b"), "joy", CARE, NOW, NOW)
    assert sessions.read("key", NOW).turns == 1


@pytest.mark.parametrize("damage", ["not a database " * 100, ""])
def test_a_damaged_file_is_a_store_error(open_sessions: Open, tmp_path: Path, damage: str) -> None:
    """A broken file costs the memory, not the answer; an empty one is simply filled."""
    path = tmp_path / "s.sqlite3"
    path.write_text(damage)
    sessions = open_sessions(path, 60)

    if damage:
        with pytest.raises(StoreError):
            sessions.read("key", NOW)
    else:
        assert sessions.read("key", NOW) == Session()


def test_a_folder_that_cannot_be_made_is_a_store_error(open_sessions: Open, tmp_path: Path) -> None:
    """A path under a file is reported as a store error."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError):
        open_sessions(tmp_path / "file" / "s.sqlite3", 60).ping()


def test_care_outlives_the_words(open_sessions: Open, tmp_path: Path) -> None:
    """Hours after the words are gone it is still known that somebody was at risk; days later it is not."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=100)
    care = Care(risk="active", risk_at=NOW, fixed_turns=2, disclosed_at=NOW, is_minor=True)
    sessions.append("key", Exchange("a", "b"), "joy", care, NOW, NOW)

    sessions.sweep(NOW + 3_600)

    assert sessions.read("key", NOW + 3_600) == Session(care=care)
    assert sessions.read("key", NOW + CARE_TTL_S) == Session()


def test_care_stays_when_the_persona_changes(sessions: SqliteSessions) -> None:
    """Asking for another persona does not lower a flag."""
    care = Care(risk="imminent", risk_at=NOW)
    sessions.append("key", Exchange("a", "b"), "joy", care, NOW, NOW)

    assert sessions.read("key", NOW).care == care
    sessions.append("key", None, "support", care, NOW, NOW)
    assert sessions.read("key", NOW) == Session("support", (), 1, care)


def test_forget_deletes_care_too(sessions: SqliteSessions) -> None:
    """Deleted means all of it."""
    sessions.append("key", Exchange("a", "b"), "joy", Care(risk="active", risk_at=NOW), NOW, NOW)

    sessions.forget("key", NOW)

    assert sessions.read("key", NOW) == Session()


def test_referrals_are_counted_by_day_and_level_and_survive(sessions: SqliteSessions) -> None:
    """The yearly report needs counts; forgetting and sweeping do not touch them."""
    for level, day in [("active", "2026-11-21"), ("active", "2026-11-21"), ("passive", "2026-12-01")]:
        sessions.count_referral(level, day)  # type: ignore[arg-type]
    sessions.count_referral("active", "2025-01-01")

    sessions.forget("key", NOW)
    sessions.sweep(NOW * 2)

    assert sessions.referrals(2026) == {"2026-11-21": {"active": 2}, "2026-12-01": {"passive": 1}}


def test_a_turn_in_progress_brings_no_deleted_words_back(sessions: SqliteSessions) -> None:
    """A turn that began before the deletion and ends after it leaves nothing; a later one does."""
    sessions.forget("key", NOW + 1)

    sessions.append("key", Exchange("before", "ok"), "joy", CARE, NOW, NOW + 2)
    assert sessions.read("key", NOW + 2) == Session()
    sessions.append("key", Exchange("after", "ok"), "joy", CARE, NOW + 3, NOW + 4)
    assert sessions.read("key", NOW + 4).exchanges == (Exchange("after", "ok"),)


def test_expired_words_are_on_no_disk(open_sessions: Open, tmp_path: Path) -> None:
    """After the sweep, the words are not in the write-ahead log either."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=5)
    for number in range(30):
        sessions.append("key", Exchange(f"my-secret-words {number}", "ok"), "joy", CARE, NOW, NOW)

    sessions.sweep(NOW + 6)

    assert b"my-secret-words" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_only_this_user_may_read_the_file(sessions: SqliteSessions, tmp_path: Path) -> None:
    """What people said is not open to everybody on the machine."""
    sessions.append("key", Exchange("a", "b"), "joy", CARE, NOW, NOW)

    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("sessions.sqlite3*")} == {0}
