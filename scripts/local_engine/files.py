"""Files that were sent to train on, and those that trainings wrote: a row and a file of the same id each."""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from scripts.local_engine.errors import ApiError, bad_request, not_found
from scripts.local_engine.store import Store, new_id, now, read_page

MAX_FILE_BYTES = 512 * 1024 * 1024
PURPOSE = "fine-tune"
RESULTS_PURPOSE = "fine-tune-results"
_BLOCK_BYTES = 1 << 20


class Files:
    """The files of an engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.folder / "files"
        self._folder.mkdir(exist_ok=True)

    def create(self, source: IO[bytes], filename: str, purpose: str) -> dict[str, Any]:
        """Keep a file whole or not at all. Raises ApiError when it is empty, too large or for another purpose."""
        check_purpose(purpose)
        file_id = new_id("file-")
        part = self._folder / f".{file_id}.part"
        try:
            size = _copy(source, part)
            if not 0 < size <= MAX_FILE_BYTES:
                raise _bad_size(size)
            return self.adopt(part, file_id, filename, purpose)
        finally:
            part.unlink(missing_ok=True)

    def adopt(self, source: Path, file_id: str, filename: str, purpose: str) -> dict[str, Any]:
        """Move a file of this disk in; doing it again with the same id changes nothing."""
        size = source.stat().st_size
        source.replace(self._folder / file_id)
        self._store.change(
            "INSERT OR IGNORE INTO files (id, created_at, bytes, filename, purpose) VALUES (?, ?, ?, ?, ?)",
            *(file_id, now(), size, Path(filename).name or "file", purpose),
        )
        return self.get(file_id)

    def get(self, file_id: str) -> dict[str, Any]:
        """Return what is known of a file. Raises ApiError when there is none."""
        row = self._store.row("SELECT * FROM files WHERE id = ?", file_id)
        if row is None:
            raise not_found("File object", file_id)
        return _as_json(row)

    def path(self, file_id: str) -> Path:
        """Return where the words are. Raises ApiError when there is no such file."""
        self.get(file_id)
        return self._folder / file_id

    def list(self, purpose: str | None, after: str | None, limit: int, order: str) -> dict[str, Any]:
        """Return a page of files."""
        where = ("purpose = ?", (purpose,)) if purpose else ("1", ())
        rows, has_more = read_page(self._store, "files", where, after, limit, order)
        found = [_as_json(row) for row in rows]
        ends = {"first_id": found[0]["id"], "last_id": found[-1]["id"]} if found else {"first_id": "", "last_id": ""}
        return {"object": "list", "data": found, "has_more": has_more, **ends}

    def delete(self, file_id: str) -> dict[str, Any]:
        """Forget a file. Raises ApiError when it is unknown, or a job that is not finished needs it."""
        path = self.path(file_id)
        user = self._store.row(
            "SELECT id FROM jobs WHERE ? IN (training_file, validation_file) AND finished_at IS NULL", file_id
        )
        if user is not None:
            raise bad_request(f"{file_id} is needed by {user['id']}; cancel that job first", "id", "file_in_use")
        self._store.change("DELETE FROM files WHERE id = ?", file_id)
        path.unlink(missing_ok=True)
        return {"id": file_id, "object": "file", "deleted": True}


def check_purpose(purpose: str) -> None:
    """Raise ApiError unless the purpose is the one that this engine has a use for."""
    if purpose != PURPOSE:
        raise bad_request(f"purpose is {purpose!r}; this engine takes files for {PURPOSE!r} only", "purpose")


def join(paths: Iterable[Path], target: Path) -> int:
    """Write files one behind the other into one, and return its size."""
    with target.open("wb") as whole:
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, whole, _BLOCK_BYTES)
        whole.flush()
        os.fsync(whole.fileno())
        return whole.tell()


def _copy(source: IO[bytes], target: Path) -> int:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK_BYTES)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _bad_size(size: int) -> ApiError:
    if size == 0:
        return bad_request("the file is empty; send one example a line", "file")
    return ApiError(413, f"the file has {size:,} bytes; at most {MAX_FILE_BYTES:,}: use /v1/uploads", None, "file")


def _as_json(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "object": "file",
        "bytes": row["bytes"],
        "created_at": row["created_at"],
        "filename": row["filename"],
        "purpose": row["purpose"],
        "status": "processed",
    }
