"""Sessions in one SQLite file, which all workers of one machine share.

WAL with synchronous=normal costs 46 us a turn where full sync costs 3.7 ms; a crash of the machine may lose the last
turns, a crash of the process loses none. secure_delete overwrites what is deleted: people's words do not linger.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path

from app.core.errors import StoreError
from app.core.types import Care, Exchange, RiskLevel, Session
from app.sessions import CARE_TTL_S, MAX_EXCHANGES

_PATIENCE_S = 0.2  # how long a turn waits for another process to write; the answer matters more than its memory
_LONGEST_TURN_S = 60.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
  key TEXT PRIMARY KEY, persona TEXT NOT NULL, turns INTEGER NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);
CREATE TABLE IF NOT EXISTS exchanges (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
  user TEXT NOT NULL, reply TEXT NOT NULL, answered INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS exchanges_by_key ON exchanges (key, id);
CREATE TABLE IF NOT EXISTS care (key TEXT PRIMARY KEY, state TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS care_by_expiry ON care (expires_at);
CREATE TABLE IF NOT EXISTS forgotten (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS referrals (
  day TEXT NOT NULL, level TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, level)
) WITHOUT ROWID;
"""


class SqliteSessions:
    """Sessions in a file; see sessions.Sessions for what each method promises."""

    def __init__(self, path: Path, ttl_s: float) -> None:
        """Keep sessions in `path` for `ttl_s` seconds after their last turn. Nothing is opened yet."""
        self._path = path
        self._ttl_s = ttl_s
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._writing = threading.Lock()  # threads of one process queue here, not in SQLite's sleeping retries

    def read(self, key: str, now: float) -> Session:
        """Return the session, an empty one when it is unknown or expired."""
        with self._connection() as connection:
            care = _read_care(connection, key, now)
            found = connection.execute(
                "SELECT persona, turns FROM sessions WHERE key = ? AND expires_at > ?", (key, now)
            ).fetchone()
            if found is None:
                return Session(care=care)
            return Session(found[0], _read_exchanges(connection, key), found[1], care)

    def append(
        self, key: str, exchange: Exchange | None, persona: str, care: Care, began_at: float, now: float
    ) -> None:
        """Count a turn, keep its care and its exchange, if any."""
        with self._transaction() as connection:
            if connection.execute("SELECT 1 FROM forgotten WHERE key = ? AND at >= ?", (key, began_at)).fetchone():
                return
            connection.execute(
                "DELETE FROM sessions WHERE key = ? AND (expires_at <= ? OR persona <> ?)", (key, now, persona)
            )
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, 1, ?) "
                "ON CONFLICT (key) DO UPDATE SET turns = turns + 1, expires_at = excluded.expires_at",
                (key, persona, now + self._ttl_s),
            )
            state = json.dumps(asdict(care))
            connection.execute("INSERT OR REPLACE INTO care VALUES (?, ?, ?)", (key, state, now + CARE_TTL_S))
            if exchange is not None:
                _add_exchange(connection, key, exchange)

    def forget(self, key: str, now: float) -> None:
        """Delete the session and its words, and remember for a while that turns still in progress bring none back."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO forgotten VALUES (?, ?)", (key, now))
            connection.execute("DELETE FROM sessions WHERE key = ?", (key,))
            connection.execute("DELETE FROM care WHERE key = ?", (key,))
        self._empty_log()

    def count_referral(self, level: RiskLevel, day: str) -> None:
        """Count one more."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO referrals VALUES (?, ?, 1) ON CONFLICT (day, level) DO UPDATE SET count = count + 1",
                (day, level),
            )

    def referrals(self, year: int) -> Mapping[str, Mapping[str, int]]:
        """Return day -> level -> count."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT day, level, count FROM referrals WHERE day LIKE ? ORDER BY day, level", (f"{year:04d}-%",)
            ).fetchall()
        days: dict[str, dict[str, int]] = {}
        for day, level, count in rows:
            days.setdefault(day, {})[level] = count
        return days

    def sweep(self, now: float) -> None:
        """Delete expired sessions with their words."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
            connection.execute("DELETE FROM care WHERE expires_at <= ?", (now,))
            connection.execute("DELETE FROM forgotten WHERE at <= ?", (now - _LONGEST_TURN_S,))
        self._empty_log()

    def ping(self) -> None:
        """Take and give back the write lock."""
        with self._transaction():
            pass

    def _empty_log(self) -> None:
        """Take deleted words out of the write-ahead log too; while somebody reads there it waits for the next time."""
        with self._connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every thread's connection; only when no turn is in progress any more."""
        while self._opened:
            self._opened.pop().close()
        self._own = threading.local()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if not self._writing.acquire(timeout=_PATIENCE_S):
            raise StoreError("another turn holds the session file")
        try:
            with self._connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                with connection:
                    yield connection
        finally:
            self._writing.release()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection. After an error it is closed: the file may have been moved or damaged."""
        try:
            yield self._open()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise StoreError(f"session file {self._path.name}: {type(error).__name__}: {error}") from error

    def _open(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # what people said is for this user only; SQLite's other files follow suit
            connection = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
            self._own.connection = connection
            self._opened.append(connection)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.executescript(_SCHEMA)
        return connection

    def _drop(self) -> None:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if connection is not None:
            self._opened.remove(connection)
            connection.close()


def _read_care(connection: sqlite3.Connection, key: str, now: float) -> Care:
    found = connection.execute("SELECT state FROM care WHERE key = ? AND expires_at > ?", (key, now)).fetchone()
    if found is None:
        return Care()
    known = {field.name for field in fields(Care)}
    return Care(**{name: value for name, value in json.loads(found[0]).items() if name in known})


def _read_exchanges(connection: sqlite3.Connection, key: str) -> tuple[Exchange, ...]:
    rows = connection.execute(
        "SELECT user, reply, answered FROM exchanges WHERE key = ? ORDER BY id DESC LIMIT ?", (key, MAX_EXCHANGES)
    ).fetchall()
    return tuple(Exchange(user, reply, bool(answered)) for user, reply, answered in reversed(rows))


def _add_exchange(connection: sqlite3.Connection, key: str, exchange: Exchange) -> None:
    connection.execute(
        "INSERT INTO exchanges (key, user, reply, answered) VALUES (?, ?, ?, ?)",
        (key, exchange.user, exchange.reply, exchange.answered),
    )
    connection.execute(
        "DELETE FROM exchanges WHERE key = ?1 AND id <= "
        "(SELECT id FROM exchanges WHERE key = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (key, MAX_EXCHANGES),
    )
