"""Training files at the endpoint: each content is uploaded once, whatever its name here.

Uploading costs nothing, so what is uncertain here is looked for, and otherwise done again.
"""

import io
import time
from pathlib import Path

from scripts.endpoint import CallFailed, RunStopped, TryLater
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.ledger import Ledger
from scripts.finetuning.local_file import LocalFile, Manner, listed
from scripts.finetuning.parts import GONE, Parts
from scripts.finetuning.patience import Say, insist
from scripts.finetuning.records import RemoteFile
from scripts.progress import Step, progress

_PROCESSED = frozenset(
    {"processed", "succeeded", ""}
)  # the status is deprecated; where there is none, there is nothing to wait for
_PROCESSING_S = 1_800.0


class Uploads:
    """What is at the endpoint, and the way there. All raise TryLater, CallFailed and RunStopped."""

    def __init__(self, endpoint: Endpoint, ledger: Ledger, say: Say, manner: Manner) -> None:
        """Prepare; nothing is sent yet."""
        self._endpoint = endpoint
        self._ledger = ledger
        self._say = say
        self._manner = manner

    def provide(self, file: LocalFile) -> RemoteFile:
        """Return the file at the endpoint, uploaded unless it is there, and processed.

        After an error the next call goes on where this one was.
        """
        remote = self._known(file)
        self._say(f"{file.path} is at the endpoint already, as {remote.id}" if remote else f"uploading {file.path}")
        if remote is None:
            with progress(f"uploading {file.path.name}, bytes", file.bytes) as step:
                remote = self._send(file, step)
        base_url = self._endpoint.address.base_url
        self._ledger.write("file", sha256=file.sha256, base_url=base_url, file=remote.id, path=str(file.path))
        return self._processed(remote)

    def _known(self, file: LocalFile) -> RemoteFile | None:
        """Return a copy that is there and whole: from our own notes, else from the endpoint's list."""
        for line in reversed(list(self._ledger.lines("file"))):
            if line["sha256"] == file.sha256 and line["base_url"] == self._endpoint.address.base_url:
                remote = self._look(str(line["file"]))
                if remote is not None and file.is_whole(remote):
                    return remote
        return insist(lambda: listed(file, self._endpoint), self._say, self._manner.patience)

    def _look(self, file_id: str) -> RemoteFile | None:
        try:
            return insist(lambda: self._endpoint.file(file_id), self._say, self._manner.patience)
        except CallFailed as failed:
            if failed.status in GONE:
                return None
            raise

    def _send(self, file: LocalFile, step: Step) -> RemoteFile:
        if file.bytes > self._manner.whole_bytes:
            return Parts(file, self._endpoint, self._ledger, self._say, self._manner).send(step)
        return insist(lambda: self._send_whole(file, step), self._say, self._manner.patience)

    def _send_whole(self, file: LocalFile, step: Step) -> RemoteFile:
        try:
            with _Counted(file.path, step) as content:
                return self._endpoint.upload(file.remote_name, content)
        except TryLater:
            there = listed(file, self._endpoint)  # it may have arrived, and only the reply be lost
            if there is None:
                raise
            return there

    def _processed(self, remote: RemoteFile) -> RemoteFile:
        """Return the file once the endpoint has looked at it. Raises CallFailed with its reason when it is no good."""
        until = time.monotonic() + _PROCESSING_S
        while remote.status not in _PROCESSED:
            if remote.status == "error":
                raise CallFailed(f"{remote.id} was refused: {remote.status_details or 'no reason was given'}")
            if time.monotonic() > until:
                raise RunStopped(f"{remote.id} is still {remote.status}; run the same command again later")
            time.sleep(self._manner.look_every_s)
            remote = self._look(remote.id) or remote
        return remote


class _Counted(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, step: Step) -> None:
        super().__init__(path)
        self._step = step

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size) or b""
        self._step(len(data))
        return data
