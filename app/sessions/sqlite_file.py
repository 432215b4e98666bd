"""One SQLite file that many threads of many processes read and write: connections, and a queue for the writes.

Readers never wait. The writers of one process queue up here, and whoever comes first writes for all who wait: many
turns in one transaction. SQLite alone lets writers sleep and try again, which loses some of 200 turns at once.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar, cast

from app.core.errors import StoreError

_PATIENCE_S = 0.2  # how long a turn waits for others to write; the answer matters more than its memory
_MOST_AT_ONCE = 200  # a transaction of so many takes some 10 ms
_MOST_WAITING = 2_000  # while another program holds the file; what is older than these is lost

_T = TypeVar("_T")


@dataclass(slots=True)
class _Write(Generic[_T]):
    """Work that waits for its transaction. `is_open` is false once it is done, or need not be done any more."""

    work: Callable[[sqlite3.Connection], _T]
    is_lasting: bool
    is_open: bool = True
    result: _T | None = None
    error: StoreError | None = None


class SessionFile:
    """A file with a schema. Nothing is opened before it is used, so it may be made before a fork."""

    def __init__(self, path: Path, schema: str) -> None:
        """Name the file; `schema` is run by every connection and must be safe to repeat."""
        self._path = path
        self._schema = schema
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._writing = threading.Lock()
        self._waiting: deque[_Write[object]] = deque(maxlen=_MOST_WAITING)

    def write(self, work: Callable[[sqlite3.Connection], _T], *, is_lasting: bool = True) -> _T:
        """Do work within a transaction and return its result. Raises StoreError after some 0.2 s.

        If the file was only busy, lasting work is then still done, with the next write of this process.
        """
        give_up_at = time.monotonic() + _PATIENCE_S
        write: _Write[object] = _Write(work, is_lasting)
        self._waiting.append(write)
        if self._writing.acquire(timeout=_PATIENCE_S):
            try:
                for _ in range(1 + len(self._waiting) // _MOST_AT_ONCE):
                    if write.is_open and write.error is None:
                        self._write_waiting(give_up_at)
            finally:
                self._writing.release()
        if write.is_open:
            write.is_open = is_lasting
            raise write.error or StoreError(f"session file {self._path.name}: too many turns wait to write")
        if write.error is not None:
            raise write.error
        return cast("_T", write.result)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection. After an error it is closed: the file may have been moved or damaged."""
        try:
            yield self._open()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise StoreError(f"session file {self._path.name}: {type(error).__name__}: {error}") from error

    def empty_log(self) -> None:
        """Take deleted words out of the write-ahead log too; while somebody reads there it waits for the next time."""
        with self.connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every thread's connection; only when no turn is in progress any more."""
        while self._opened:
            self._opened.pop().close()
        self._own = threading.local()

    def _write_waiting(self, give_up_at: float) -> None:
        """Do the oldest work that waits, in one transaction."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
        batch = [write for write in batch if write.is_open]
        patience_ms = max(0, int(1_000 * (give_up_at - time.monotonic())))
        try:
            with self.connection() as connection:
                connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
                connection.execute("BEGIN IMMEDIATE")
                with connection:
                    results = [write.work(connection) for write in batch]
        except StoreError as error:
            self._fail(batch, error)
            return
        for write, result in zip(batch, results, strict=True):
            write.result, write.is_open = result, False

    def _fail(self, batch: list[_Write[object]], error: StoreError) -> None:
        """Tell everybody in the batch; what lasts goes back to its place when nothing is wrong but the time."""
        is_busy = getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
        for write in batch:
            write.error = error
            write.is_open = is_busy and write.is_lasting
        self._waiting.extendleft(write for write in reversed(batch) if write.is_open)

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
            connection.executescript(self._schema)
        return connection

    def _drop(self) -> None:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if connection is not None:
            self._opened.remove(connection)
            connection.close()
