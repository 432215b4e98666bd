"""Large files, in parts: each part is written down when it is there, so that a cut upload goes on where it was.

    {"kind": "upload", "id": "upload_...", "sha256": "9c...", "base_url": "...", "part_bytes": ..., "expires_at": ...}
    {"kind": "part", "upload": "upload_...", "number": 0, "part": "part_..."}

A part whose reply was lost is sent again; only those named at the end count (Uploads API, openapi.json of 2026-08).
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from scripts.endpoint import CallFailed, TryLater
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.ledger import Ledger
from scripts.finetuning.local_file import LocalFile, Manner, listed
from scripts.finetuning.patience import Say, Value, insist
from scripts.finetuning.records import RemoteFile
from scripts.progress import Step

GONE = frozenset({400, 404, 409, 410})  # what an upload or file that has expired or was deleted is answered with


@dataclass(frozen=True, slots=True)
class _Upload:
    """An upload under way: the endpoint's id, and the ids of the parts that are there by number, from 0."""

    id: str
    parts: dict[int, str]


class Parts:
    """Sends one file in parts."""

    def __init__(self, file: LocalFile, endpoint: Endpoint, ledger: Ledger, say: Say, manner: Manner) -> None:
        """Prepare; nothing is sent yet."""
        self._file = file
        self._endpoint = endpoint
        self._ledger = ledger
        self._say = say
        self._manner = manner

    def send(self, step: Step) -> RemoteFile:
        """Go on with the upload that was cut off; begin anew where there is none, or it is gone."""
        begun = self._begun()
        if begun is not None:
            self._say(f"going on with the upload of {self._file.path}: {len(begun.parts)} parts are there")
            try:
                return self._finish(begun, step)
            except CallFailed as failed:
                if failed.status not in GONE:
                    raise
                self._say(f"that upload is gone ({failed}); looking for what it made")
        return self._there() or self._finish(self._begin(), step)

    def _begun(self) -> _Upload | None:
        last = None
        for line in self._ledger.lines("upload"):
            if line["sha256"] == self._file.sha256 and line["base_url"] == self._endpoint.address.base_url:
                last = line
        if last is None or last["part_bytes"] != self._manner.part_bytes:
            return None
        if float(last["expires_at"] or 0) < time.time():
            return None
        sent = (line for line in self._ledger.lines("part") if line["upload"] == last["id"])
        return _Upload(last["id"], {int(line["number"]): str(line["part"]) for line in sent})

    def _begin(self) -> _Upload:
        file = self._file
        record = self._insist(lambda: self._endpoint.begin_upload(file.remote_name, file.bytes))
        facts = {"id": record["id"], "part_bytes": self._manner.part_bytes, "expires_at": record.get("expires_at")}
        self._ledger.write("upload", sha256=file.sha256, base_url=self._endpoint.address.base_url, **facts)
        return _Upload(str(record["id"]), {})

    def _finish(self, upload: _Upload, step: Step) -> RemoteFile:
        """Send what is missing and make a file of all."""
        digest = hashlib.md5(usedforsecurity=False)  # what the API compares the whole with
        with self._file.path.open("rb") as content:
            for number, data in enumerate(iter(lambda: content.read(self._manner.part_bytes), b"")):
                digest.update(data)
                if number not in upload.parts:
                    self._add(upload, number, data)
                step(len(data))
        return self._complete(upload, digest.hexdigest())

    def _add(self, upload: _Upload, number: int, data: bytes) -> None:
        part = self._insist(lambda: self._endpoint.add_part(upload.id, data))
        upload.parts[number] = part
        self._ledger.write("part", upload=upload.id, number=number, part=part)

    def _complete(self, upload: _Upload, md5: str) -> RemoteFile:
        parts = [upload.parts[number] for number in sorted(upload.parts)]
        try:
            return self._endpoint.complete_upload(upload.id, parts, md5)
        except TryLater:
            there = self._there()  # the file may have been made, and only the reply lost
            if there is None:
                raise
            return there

    def _there(self) -> RemoteFile | None:
        return self._insist(lambda: listed(self._file, self._endpoint))

    def _insist(self, call: Callable[[], Value]) -> Value:
        return insist(call, self._say, self._manner.patience)
