"""Big files in parts: announced, sent piece by piece, put together when all is there. What was cut leaves no file."""

import hashlib
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from scripts.local_engine.errors import ApiError, bad_request, not_found
from scripts.local_engine.files import Files, check_purpose, join
from scripts.local_engine.store import Store, new_id, now

MAX_PART_BYTES = 64 * 1024 * 1024
_MAX_UPLOAD_BYTES = 8 * 1024**3
_LIFE_S = 3_600


class Uploads:
    """The uploads of an engine. Limits as in OpenAI's API reference of 2026-08: 64 MB a part, 8 GB, an hour."""

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files
        self._folder = store.folder / "parts"
        self._folder.mkdir(exist_ok=True)

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Announce a file. Raises ApiError for what could never be completed."""
        filename, purpose, size = body.get("filename"), body.get("purpose"), body.get("bytes")
        if not isinstance(filename, str) or not filename:
            raise bad_request("filename is missing; give the file a name", "filename")
        check_purpose(str(purpose))
        if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= _MAX_UPLOAD_BYTES:
            raise bad_request(f"bytes is {size!r}; give the file's size, at most {_MAX_UPLOAD_BYTES:,}", "bytes")
        self._sweep()
        upload_id = new_id("upload_")
        self._store.change(
            "INSERT INTO uploads (id, created_at, expires_at, bytes, filename, purpose, status) VALUES (?,?,?,?,?,?,?)",
            *(upload_id, now(), now() + _LIFE_S, size, filename, purpose, "pending"),
        )
        return self._as_json(self._row(upload_id))

    def add_part(self, upload_id: str, source: IO[bytes]) -> dict[str, Any]:
        """Keep a part. Raises ApiError when it is too large, or the upload takes no more."""
        self._pending(upload_id)
        part_id = new_id("part_")
        path = self._folder / part_id
        try:
            size = _copy_part(source, path)
            self._store.change(
                "INSERT INTO parts (id, created_at, upload_id, bytes) VALUES (?, ?, ?, ?)",
                *(part_id, now(), upload_id, size),
            )
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return {"id": part_id, "object": "upload.part", "created_at": now(), "upload_id": upload_id}

    def complete(self, upload_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Put the parts together in the order named. Raises ApiError when they are not the file that was announced."""
        upload = self._pending(upload_id)
        paths = [self._folder / part_id for part_id in self._ordered(upload_id, body.get("part_ids"))]
        whole = self._folder / f".{upload_id}.part"
        try:
            _check_whole(join(paths, whole), whole, upload["bytes"], body.get("md5"))
            file_id = new_id("file-")
            self._files.adopt(whole, file_id, upload["filename"], upload["purpose"])
        finally:
            whole.unlink(missing_ok=True)
        self._end(upload_id, "completed", file_id)
        return self._as_json(self._row(upload_id))

    def cancel(self, upload_id: str) -> dict[str, Any]:
        """Forget the parts. Raises ApiError when the upload has ended already."""
        self._pending(upload_id)
        self._end(upload_id, "cancelled", None)
        return self._as_json(self._row(upload_id))

    def _sweep(self) -> None:
        """End the uploads whose hour is over, and delete their parts."""
        for row in self._store.rows("SELECT id FROM uploads WHERE status = 'pending' AND expires_at < ?", now()):
            self._end(row["id"], "expired", None)

    def _pending(self, upload_id: str) -> sqlite3.Row:
        row = self._row(upload_id)
        if row["status"] == "pending" and row["expires_at"] < now():
            self._end(upload_id, "expired", None)
            row = self._row(upload_id)
        if row["status"] != "pending":
            raise bad_request(f"{upload_id} is {row['status']}; begin a new upload", "upload_id")
        return row

    def _row(self, upload_id: str) -> sqlite3.Row:
        row = self._store.row("SELECT * FROM uploads WHERE id = ?", upload_id)
        if row is None:
            raise not_found("upload", upload_id, "upload_id")
        return row

    def _ordered(self, upload_id: str, part_ids: Any) -> list[str]:
        """Return the parts that are named. Others are left out: of a caller who was cut off before hearing of them."""
        known = {row["id"] for row in self._store.rows("SELECT id FROM parts WHERE upload_id = ?", upload_id)}
        named = part_ids if isinstance(part_ids, list) else []
        if not named or not known.issuperset(named) or len(set(named)) != len(named):
            raise bad_request(f"part_ids must name parts of {upload_id}, each once, in the file's order", "part_ids")
        return named

    def _end(self, upload_id: str, status: str, file_id: str | None) -> None:
        parts = self._store.rows("SELECT id FROM parts WHERE upload_id = ?", upload_id)
        with self._store.transaction() as connection:
            connection.execute("UPDATE uploads SET status = ?, file_id = ? WHERE id = ?", (status, file_id, upload_id))
            connection.execute("DELETE FROM parts WHERE upload_id = ?", (upload_id,))
        for part in parts:
            (self._folder / part["id"]).unlink(missing_ok=True)

    def _as_json(self, row: sqlite3.Row) -> dict[str, Any]:
        names = ("id", "created_at", "expires_at", "bytes", "filename", "purpose", "status")
        file = {"file": self._files.get(row["file_id"])} if row["file_id"] else {}
        return {"object": "upload", **{name: row[name] for name in names}, **file}


def _copy_part(source: IO[bytes], path: Path) -> int:
    with path.open("wb") as file:
        shutil.copyfileobj(source, file)
        size = file.tell()
    if not 0 < size <= MAX_PART_BYTES:
        raise ApiError(400, f"the part has {size:,} bytes; send 1 to {MAX_PART_BYTES:,}", None, "data")
    return size


def _check_whole(size: int, path: Path, announced: int, md5: Any) -> None:
    if size != announced:
        said = f"the parts have {size:,} bytes together, {announced:,} were announced; send what is missing"
        raise bad_request(said, "part_ids")
    if md5:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if found != md5:
            raise bad_request(f"the file's md5 is {found}, not {md5}; cancel and send it again", "md5")
