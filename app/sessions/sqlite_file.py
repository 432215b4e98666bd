"""One SQLite file that many threads of many processes read and write: connections, and a queue for the writes.

Readers never wait. The writers of one process queue up here, and whoever comes first writes for all who wait: many
turns in one transaction, through one connection. Between processes they try again every millisecond. SQLite's own
waiting sleeps ever longer, which lost some of 200 turns at once.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar, cast

from app.core.errors import StoreError

_PATIENCE_S = 0.2  # how long a turn waits for others to write; the answer matters more than its memory
_EMPTIED_WITHIN_S = 0.05
_READERS_PATIENCE_S = 1.0  # readers wait only while deleted words are taken out of the log, as long as the disk takes
_AGAIN_S = 0.001
_PREPARED_WITHIN_S = 2.0  # the first of several workers to start makes the file, the others wait
_MOST_AT_ONCE = 200  # a transaction of so many takes some 10 ms
_MOST_WAITING = 2_000  # while another program holds the file; what is older than these is lost

_CACHE_KB = 256  # a connection; SQLite's 2 MB, for each of 128 threads, grew with the number of sessions

_T = TypeVar("_T")


@dataclass(slots=True)
class _Write(Generic[_T]):
    """Work that waits for its transaction. `is_open` is false once it is done, or need not be done any more."""

    work: Callable[[sqlite3.Connection], _T]
    is_open: bool = True
    result: _T | None = None
    error: StoreError | None = None


class SessionFile:
    """A file with a schema. Nothing is opened before it is used, so it may be made before a fork."""

    def __init__(self, path: Path, schema: str) -> None:
        """Name the file; `schema` is run by every connection and must be safe to repeat."""
        self._path = path
        self._schema = schema
        self._preparing = threading.Lock()
        self._is_prepared = False
        self._idle: list[sqlite3.Connection] = []
        self._writing = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._waiting: deque[_Write[object]] = deque(maxlen=_MOST_WAITING)

    def write(
        self, work: Callable[[sqlite3.Connection], _T], *, is_lasting: bool = True, patience_s: float = _PATIENCE_S
    ) -> _T:
        """Do work within a transaction and return its result. Raises StoreError when that takes too long.

        If the file was only busy, lasting work is then still done, with the next write of this process.
        """
        give_up_at = time.monotonic() + patience_s
        write: _Write[object] = _Write(work)
        self._waiting.append(write)
        try:
            if self._writing.acquire(timeout=patience_s):
                try:
                    while write.is_open:
                        self._write_waiting(give_up_at)
                finally:
                    self._writing.release()
            elif write.is_open:
                raise StoreError(f"session file {self._path.name}: too many turns wait to write")
        except StoreError:
            write.is_open = write.is_open and is_lasting
            raise
        if write.error is not None:
            raise write.error
        return cast("_T", write.result)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection to read with. After an error it is closed: the file may have been moved or damaged."""
        with self._as_store_errors():
            connection = self._idle.pop() if self._idle else self._open(_READERS_PATIENCE_S)
            try:
                yield connection
            except (sqlite3.Error, OSError):
                self._give_up(connection)
                raise
            self._idle.append(connection)

    def empty_log(self) -> None:
        """Take deleted words out of the write-ahead log too; while somebody reads there it waits for the next time.

        Nobody can write meanwhile, so it does not wait long.
        """
        with self._as_store_errors(), closing(self._open(_EMPTIED_WITHIN_S)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection; only when no turn is in progress any more."""
        while self._idle:
            self._idle.pop().close()
        if self._writer is not None:
            self._give_up(self._writer)
            self._writer = None

    def _write_waiting(self, give_up_at: float) -> None:
        """Do the oldest work that waits, in one transaction. Raises StoreError when the file is busy for too long."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
        batch = [write for write in batch if write.is_open]
        if not batch:
            raise StoreError(f"session file {self._path.name}: another turn broke off in the middle of writing")
        try:
            with self._as_store_errors(), self._transaction(give_up_at) as connection:
                results = [write.work(connection) for write in batch]
        except StoreError as error:
            if _is_busy(error.__cause__):  # only who writes has no more time; the others may have
                self._waiting.extendleft(reversed(batch))
                raise
            for write in batch:
                write.error, write.is_open = error, False
            return
        for write, result in zip(batch, results, strict=True):
            write.result, write.is_open = result, False

    @contextmanager
    def _transaction(self, give_up_at: float) -> Iterator[sqlite3.Connection]:
        """Yield the writer's connection within a transaction; `_writing` is held."""
        try:
            connection = self._writer = self._writer or self._open(patience_s=0)
            _begin(connection, give_up_at)
            with connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            if self._writer is not None and not _is_busy(error):
                self._give_up(self._writer)
                self._writer = None
            raise

    @contextmanager
    def _as_store_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"session file {self._path.name}: {type(error).__name__}: {error}") from error

    def _open(self, patience_s: float) -> sqlite3.Connection:
        if not self._is_prepared:
            self._prepare()
        connection = self._connect(patience_s)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON", f"cache_size=-{_CACHE_KB}"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _prepare(self) -> None:
        """Make the file what it has to be, once a process; the others wait, and so does who finds it locked."""
        with self._preparing, closing(self._connect(_PREPARED_WITHIN_S)) as connection:
            if not self._is_prepared:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(self._schema)
                self._is_prepared = True

    def _connect(self, patience_s: float) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)  # what people said is for this user only; SQLite's other files follow suit
        return sqlite3.connect(self._path, timeout=patience_s, isolation_level=None, check_same_thread=False)

    def _give_up(self, connection: sqlite3.Connection) -> None:
        """Close a connection, and look at the file anew."""
        self._is_prepared = False
        connection.close()


def _begin(connection: sqlite3.Connection, give_up_at: float) -> None:
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _is_busy(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY  # the rest says why it is busy
