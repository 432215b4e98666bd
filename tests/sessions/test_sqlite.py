"""Sessions in SQLite: what is remembered, for how long, and that forgetting is real."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.core.errors import StoreError
from app.core.types import Care, Exchange, Session
from app.sessions import sqlite_turns
from app.sessions.sqlite import SqliteSessions
from app.sessions.turns import Outcome
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


def test_forget_leaves_no_byte(open_sessions: Open, tmp_path: Path) -> None:
    """After forgetting, the words are not in the files on the disk either."""
    sessions = open_sessions(tmp_path / "s.sqlite3", 60)
    sessions.append("key", Outcome("joy", CARE, NOW, Exchange("my-secret-words", "I see.")), NOW)

    sessions.forget("key", NOW)

    assert sessions.read("key", NOW) == Session()
    assert b"my-secret-words" not in kept_bytes(tmp_path / "s.sqlite3")


def test_sweep_deletes_what_is_expired(open_sessions: Open, tmp_path: Path) -> None:
    """Words do not outlive their time because nobody speaks any more."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=100)
    sessions.append("key", Outcome("joy", CARE, NOW, Exchange("my-secret-words", "I see.")), NOW)

    sessions.sweep(NOW + 101)

    assert b"my-secret-words" not in kept_bytes(tmp_path / "s.sqlite3")


def test_sweep_goes_on_until_all_is_gone(open_sessions: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many expired at once, a few are deleted at a time, turns write in between, and none is left."""
    monkeypatch.setattr(sqlite_turns, "SWEPT_AT_ONCE", 3)
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=100)
    for number in range(10):
        sessions.append(str(number), Outcome("joy", CARE, NOW, Exchange("my-secret-words", "I see.")), NOW)
    sessions.append("alive", Outcome("joy", CARE, NOW, Exchange("Hello", "Hi.")), NOW + 50)

    sessions.sweep(NOW + 101)

    assert b"my-secret-words" not in kept_bytes(tmp_path / "s.sqlite3")
    assert sessions.read("alive", NOW + 101).exchanges == (Exchange("Hello", "Hi."),)


def test_a_locked_file_costs_little_time(open_sessions: Open, tmp_path: Path) -> None:
    """A store that is stuck says so in a moment: the answer does not wait for it, and the memory comes later."""
    sessions = open_sessions(tmp_path / "s.sqlite3", 60)
    sessions.ping()
    blocker = sqlite3.connect(tmp_path / "s.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    started = time.monotonic()

    with pytest.raises(StoreError):
        sessions.append("key", Outcome("joy", CARE, NOW, Exchange("a", "b")), NOW)

    assert time.monotonic() - started < 2
    blocker.execute("ROLLBACK")
    blocker.close()
    sessions.ping()
    assert sessions.read("key", NOW).exchanges == (Exchange("a", "b"),)


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


def test_expired_words_are_on_no_disk(open_sessions: Open, tmp_path: Path) -> None:
    """After the sweep, the words are not in the write-ahead log either."""
    sessions = open_sessions(tmp_path / "s.sqlite3", ttl_s=5)
    for number in range(30):
        sessions.append("key", Outcome("joy", CARE, NOW, Exchange(f"my-secret-words {number}", "ok")), NOW)

    sessions.sweep(NOW + 6)

    assert b"my-secret-words" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_only_this_user_may_read_the_file(sessions: SqliteSessions, tmp_path: Path) -> None:
    """What people said is not open to everybody on the machine."""
    sessions.append("key", Outcome("joy", CARE, NOW, Exchange("a", "b")), NOW)

    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("sessions.sqlite3*")} == {0}


def test_a_connection_holds_little_of_the_file_in_memory(sessions: SqliteSessions) -> None:
    """There are as many connections as threads, and what each holds grows with the number of sessions."""
    with sessions._file.connection() as connection:
        kept_kb = -connection.execute("PRAGMA cache_size").fetchone()[0]

    assert 128 * kept_kb < 64 * 1024
