"""Everything that must outlive the process, in one SQLite file: files, uploads, jobs, their events, tuned models.

WAL, so that reading never waits for the training's writes; each change is one transaction, so that a kill at any point
leaves the state before it or after it. Several engines may share the folder; one of them at a time holds the queue.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from scripts.local_engine.errors import not_found

_PATIENCE_S = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL, filename TEXT NOT NULL, purpose TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS uploads (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, bytes INTEGER NOT NULL, filename TEXT NOT NULL, purpose TEXT NOT NULL,
  status TEXT NOT NULL, file_id TEXT
);
CREATE TABLE IF NOT EXISTS parts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  upload_id TEXT NOT NULL REFERENCES uploads (id), bytes INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  status TEXT NOT NULL, model TEXT NOT NULL, parent TEXT, training_file TEXT NOT NULL, validation_file TEXT,
  suffix TEXT, seed INTEGER NOT NULL, method TEXT NOT NULL, hyperparameters TEXT NOT NULL, metadata TEXT NOT NULL,
  is_checked INTEGER NOT NULL DEFAULT 0, place INTEGER, attempts INTEGER NOT NULL DEFAULT 0, error TEXT,
  finished_at INTEGER, estimated_finish INTEGER, fine_tuned_model TEXT, result_file TEXT, trained_tokens INTEGER
);
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  job_id TEXT NOT NULL REFERENCES jobs (id), level TEXT NOT NULL, type TEXT NOT NULL, message TEXT NOT NULL,
  step INTEGER, details TEXT NOT NULL, UNIQUE (job_id, step)
);
CREATE TABLE IF NOT EXISTS checkpoints (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  job_id TEXT NOT NULL REFERENCES jobs (id), step INTEGER NOT NULL, model TEXT NOT NULL, metrics TEXT NOT NULL,
  UNIQUE (job_id, step)
);
CREATE TABLE IF NOT EXISTS models (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  base TEXT NOT NULL, folder TEXT NOT NULL
);
"""


class Store:
    """The database in a folder. Threads of requests come and go, so connections are lent to them."""

    def __init__(self, folder: Path) -> None:
        """Open or make the database. Raises OSError or sqlite3.Error when the folder cannot be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._current = threading.local()
        with self._lent() as connection:
            connection.executescript(f"PRAGMA journal_mode = WAL;{_SCHEMA}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Change several things at once, or nothing when the block raises; one within another is part of it."""
        outer = getattr(self._current, "connection", None)
        if outer is not None:
            yield outer
            return
        with self._lent() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._current.connection = connection
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            finally:
                self._current.connection = None
            connection.execute("COMMIT")

    def change(self, sql: str, *values: Any) -> int:
        """Run one statement and return how many rows it changed."""
        with self.transaction() as connection:
            return connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return what a query finds, also what the transaction around it has changed."""
        with self._lent() as connection:
            return connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row that a query finds."""
        return next(iter(self.rows(sql, *values)), None)

    def close(self) -> None:
        """Close what is not lent out just now."""
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        outer = getattr(self._current, "connection", None)
        if outer is not None:
            yield outer
            return
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._open()
        try:
            yield connection
        finally:
            self._idle.put(connection)

    def _open(self) -> sqlite3.Connection:
        path = self.folder / "engine.sqlite"
        connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        return connection


def read_page(
    store: Store, table: str, where: tuple[str, tuple[Any, ...]], after: str | None, limit: int, order: str = "DESC"
) -> tuple[list[sqlite3.Row], bool]:
    """Return rows in the order they were made or its reverse, those behind the id `after`, and whether more follow.

    Raises ApiError when nothing has that id.
    """
    condition, values = where
    sql = f"SELECT * FROM {table} WHERE ({condition})"  # noqa: S608 - table and condition are ours, values are bound
    if after is not None:
        found = store.row(f"SELECT seq FROM {table} WHERE id = ?", after)  # noqa: S608 - as above
        if found is None:
            raise not_found("object", after, "after")
        sql += f" AND seq {'<' if order == 'DESC' else '>'} {found['seq']:d}"
    rows = store.rows(f"{sql} ORDER BY seq {order} LIMIT {limit + 1:d}", *values)
    return rows[:limit], len(rows) > limit


def new_id(prefix: str) -> str:
    """Return an id that nobody else has, such as file-4c1f..."""
    return prefix + secrets.token_hex(12)


def now() -> int:
    """Return the time as OpenAI writes it, seconds since 1970."""
    return int(time.time())
