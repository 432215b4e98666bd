"""Sessions in one SQLite file, which all workers of one machine share.

WAL with synchronous=normal costs 46 us a turn where full sync costs 3.7 ms; a crash of the machine may lose the last
turns, a crash of the process loses none. secure_delete overwrites what is deleted: people's words do not linger.
"""

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from app.core.types import Care, Exchange, RiskLevel, Session
from app.sessions import LONGEST_TURN_S, MAX_EXCHANGES, sqlite_turns
from app.sessions.records import care_from, care_kept_s
from app.sessions.sqlite_file import SessionFile
from app.sessions.turns import Closing, Entry, Late, Outcome, Ticket

_SWEEPING_PAUSE_S = 0.005  # in which other processes, which try every millisecond, get their turn
_ENTRY_PATIENCE_S = 1.0  # a file is slow when the disk is, for a moment: better late than without memory

_SCHEMA = """
DROP TABLE IF EXISTS exchanges; -- what earlier versions kept without numbers
CREATE TABLE IF NOT EXISTS sessions (
  key TEXT PRIMARY KEY, persona TEXT NOT NULL, turns INTEGER NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);
CREATE TABLE IF NOT EXISTS history (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE, number INTEGER NOT NULL,
  user TEXT NOT NULL, reply TEXT NOT NULL, answered INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS history_by_key ON history (key, number, id);
CREATE TABLE IF NOT EXISTS care (key TEXT PRIMARY KEY, state TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS care_by_expiry ON care (expires_at);
CREATE TABLE IF NOT EXISTS forgotten (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS referrals (
  day TEXT NOT NULL, level TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, level)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tallies (name TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at REAL NOT NULL)
WITHOUT ROWID;
"""

_SWEEPING = (
    "DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at <= :now LIMIT :most)",
    "DELETE FROM care WHERE key IN (SELECT key FROM care WHERE expires_at <= :now LIMIT :most)",
    "DELETE FROM tallies WHERE name IN (SELECT name FROM tallies WHERE expires_at <= :now LIMIT :most)",
    "DELETE FROM forgotten WHERE key IN (SELECT key FROM forgotten WHERE at <= :now - :longest LIMIT :most)",
)


class SqliteSessions:
    """Sessions in a file; see sessions.Store for what each method promises."""

    def __init__(self, path: Path, ttl_s: float) -> None:
        """Keep sessions in `path` for `ttl_s` seconds after their last turn. Nothing is opened yet."""
        self._file = SessionFile(path, _SCHEMA + sqlite_turns.SCHEMA)
        self._ttl_s = ttl_s

    def read(self, key: str, now: float) -> Session:
        """Return the session, an empty one when it is unknown or expired."""
        with self._file.connection() as connection:
            return _read_session(connection, key, now)

    def enter(self, ticket: Ticket, now: float) -> Entry:
        """Return how the turn stands; only the first request for it has to write."""
        with self._file.connection() as connection:
            entry = sqlite_turns.look(connection, ticket, now)
            if entry is not None:
                return _with_session(connection, ticket.key, entry, now)
        return self._file.write(
            lambda connection: _with_session(connection, ticket.key, sqlite_turns.claim(connection, ticket, now), now),
            is_lasting=False,
            patience_s=_ENTRY_PATIENCE_S,
        )

    def append(self, key: str, outcome: Outcome, now: float) -> None:
        """Count a turn, keep its care and its exchange, if any."""

        def work(connection: sqlite3.Connection) -> None:
            if _is_forgotten(connection, key, outcome.began_at):
                return
            _count_turn(connection, key, outcome.persona, now, self._ttl_s)
            _keep_care(connection, key, outcome.care, now, self._ttl_s)
            if outcome.exchange is not None:
                _add_exchange(connection, key, outcome.closing, outcome.exchange)
            sqlite_turns.close_turn(connection, key, outcome.closing)

        self._file.write(work)

    def promise(self, key: str, number: int, now: float, until: float) -> bool:
        """Say that the answer to a turn will come."""
        return self._file.write(
            lambda connection: sqlite_turns.promise(connection, key, number, now, until), is_lasting=False
        )

    def keep(self, key: str, number: int, words: str, now: float) -> None:
        """Keep the answer that was promised."""
        self._file.write(lambda connection: sqlite_turns.keep(connection, key, number, words, now))

    def find(self, key: str, now: float) -> Late | None:
        """Return the answer that is owed."""
        with self._file.connection() as connection:
            return sqlite_turns.find(connection, key, now)

    def forget(self, key: str, now: float) -> None:
        """Delete the session and its words, and remember for a while that turns still in progress bring none back."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO forgotten VALUES (?, ?)", (key, now))
            connection.execute("DELETE FROM sessions WHERE key = ?", (key,))
            connection.execute("DELETE FROM care WHERE key = ?", (key,))
            sqlite_turns.forget(connection, key)

        self._file.write(work)
        self._file.empty_log()

    def count_referral(self, level: RiskLevel, day: str) -> None:
        """Count one more."""
        self._file.write(
            lambda connection: connection.execute(
                "INSERT INTO referrals VALUES (?, ?, 1) ON CONFLICT (day, level) DO UPDATE SET count = count + 1",
                (day, level),
            )
        )

    def referrals(self, year: int) -> Mapping[str, Mapping[str, int]]:
        """Return day -> level -> count."""
        with self._file.connection() as connection:
            rows = connection.execute(
                "SELECT day, level, count FROM referrals WHERE day LIKE ? ORDER BY day, level", (f"{year:04d}-%",)
            ).fetchall()
        days: dict[str, dict[str, int]] = {}
        for day, level, count in rows:
            days.setdefault(day, {})[level] = count
        return days

    def tally(self, counts: Mapping[str, tuple[int, float]], now: float) -> Mapping[str, int]:
        """Add to counts, all in one transaction."""

        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return {name: _add(connection, name, *count) for name, count in counts.items()}

        return self._file.write(work, is_lasting=False)

    def sweep(self, now: float) -> None:
        """Delete expired sessions with their words, some at a time: turns want to write meanwhile."""
        for statement in (*_SWEEPING, *sqlite_turns.SWEEPING):
            while self._sweep_some(statement, now) == sqlite_turns.SWEPT_AT_ONCE:
                time.sleep(_SWEEPING_PAUSE_S)
        self._file.empty_log()

    def _sweep_some(self, statement: str, now: float) -> int:
        values = {"now": now, "most": sqlite_turns.SWEPT_AT_ONCE, "longest": LONGEST_TURN_S}
        return self._file.write(lambda connection: connection.execute(statement, values).rowcount, is_lasting=False)

    def ping(self) -> None:
        """Take and give back the write lock."""
        self._file.write(lambda _: None, is_lasting=False)

    def close(self) -> None:
        """Close every thread's connection; only when no turn is in progress any more."""
        self._file.close()


def _add(connection: sqlite3.Connection, name: str, count: int, until: float) -> int:
    found = connection.execute(
        "INSERT INTO tallies VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count "
        "RETURNING count",
        (name, count, until),
    )
    return int(found.fetchone()[0])


def _with_session(connection: sqlite3.Connection, key: str, entry: Entry, now: float) -> Entry:
    if not entry.is_ours:
        return entry
    session = _read_session(connection, key, now)
    return replace(entry, session=session, late=sqlite_turns.find(connection, key, now))


def _read_session(connection: sqlite3.Connection, key: str, now: float) -> Session:
    care = _read_care(connection, key, now)
    found = connection.execute(
        "SELECT persona, turns FROM sessions WHERE key = ? AND expires_at > ?", (key, now)
    ).fetchone()
    return Session(care=care) if found is None else Session(found[0], _read_exchanges(connection, key), found[1], care)


def _read_care(connection: sqlite3.Connection, key: str, now: float) -> Care:
    found = connection.execute("SELECT state FROM care WHERE key = ? AND expires_at > ?", (key, now)).fetchone()
    return Care() if found is None else care_from(found[0])


def _read_exchanges(connection: sqlite3.Connection, key: str) -> tuple[Exchange, ...]:
    rows = connection.execute(
        "SELECT user, reply, answered FROM history WHERE key = ? ORDER BY number DESC, id DESC LIMIT ?",
        (key, MAX_EXCHANGES),
    ).fetchall()
    return tuple(Exchange(user, reply, bool(answered)) for user, reply, answered in reversed(rows))


def _is_forgotten(connection: sqlite3.Connection, key: str, began_at: float) -> bool:
    found = connection.execute("SELECT 1 FROM forgotten WHERE key = ? AND at >= ?", (key, began_at))
    return found.fetchone() is not None


def _count_turn(connection: sqlite3.Connection, key: str, persona: str, now: float, ttl_s: float) -> None:
    connection.execute("DELETE FROM sessions WHERE key = ? AND (expires_at <= ? OR persona <> ?)", (key, now, persona))
    connection.execute(
        "INSERT INTO sessions VALUES (?, ?, 1, ?) "
        "ON CONFLICT (key) DO UPDATE SET turns = turns + 1, expires_at = excluded.expires_at",
        (key, persona, now + ttl_s),
    )


def _keep_care(connection: sqlite3.Connection, key: str, care: Care, now: float, ttl_s: float) -> None:
    """Keep care, unless what is kept came with a later finding: that one was made while this turn was on its way."""
    connection.execute("DELETE FROM care WHERE key = ? AND expires_at <= ?", (key, now))
    connection.execute(
        "INSERT INTO care VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state, "
        "expires_at = excluded.expires_at WHERE state ->> 'risk_at' <= excluded.state ->> 'risk_at'",
        (key, json.dumps(asdict(care)), now + care_kept_s(care, ttl_s)),
    )


def _add_exchange(connection: sqlite3.Connection, key: str, closing: Closing | None, exchange: Exchange) -> None:
    place = closing.number if closing else sqlite_turns.newest_number(connection)
    connection.execute(
        "INSERT INTO history (key, number, user, reply, answered) VALUES (?, ?, ?, ?, ?)",
        (key, place, exchange.user, exchange.reply, exchange.answered),
    )
    connection.execute(
        "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE key = ? ORDER BY number DESC, id DESC "
        "LIMIT -1 OFFSET ?)",
        (key, MAX_EXCHANGES),
    )
