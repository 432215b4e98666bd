"""The calls of fine-tuning, one each, through the `openai` package. None is repeated here.

All raise TryLater, CallFailed or RunStopped (scripts/endpoint.py); a broken answer is TryLater.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any, Final, TypeVar

from scripts.endpoint import Address, open_client, our_errors
from scripts.finetuning.records import (
    Checkpoint,
    Event,
    Job,
    Model,
    Record,
    RemoteFile,
    checkpoint_from,
    event_from,
    file_from,
    job_from,
    model_from,
    record_of,
)

PURPOSE: Final = "fine-tune"
_PAGE = 100
_UPLOAD_TIMEOUT_S = 600.0  # the last byte is sent long before a large file is taken in

Value = TypeVar("Value")


class Endpoint:
    """An endpoint with OpenAI's fine-tuning API."""

    def __init__(self, address: Address, timeout_s: float = 60.0) -> None:
        """Prepare; nothing is connected yet. `timeout_s` bounds each wait for the next bytes, not a whole answer."""
        self.address = address
        self._client = open_client(address, timeout_s)
        self._patient = self._client.with_options(timeout=max(timeout_s, _UPLOAD_TIMEOUT_S))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def files(self) -> Iterator[RemoteFile]:
        """Yield the training files that are there, newest first."""
        yield from self._all(file_from, lambda: self._client.files.list(purpose=PURPOSE, order="desc"))

    def file(self, file_id: str) -> RemoteFile:
        """Return one file."""
        return self._one(file_from, lambda: self._client.files.retrieve(file_id))

    def upload(self, name: str, content: IO[bytes]) -> RemoteFile:
        """Upload a training file in one request (Files API, at most 512 MB)."""
        return self._one(file_from, lambda: self._patient.files.create(file=(name, content), purpose=PURPOSE))

    def content(self, file_id: str) -> bytes:
        """Return the bytes of a file."""
        with our_errors(self.address.base_url):
            return self._patient.files.content(file_id).content

    def begin_upload(self, name: str, size: int) -> Record:
        """Begin an upload in parts (Uploads API, at most 8 GB) and return its record."""
        return self._one(
            dict,
            lambda: self._client.uploads.create(
                bytes=size, filename=name, mime_type="application/jsonl", purpose=PURPOSE
            ),
        )

    def add_part(self, upload_id: str, data: bytes) -> str:
        """Upload one part and return its id."""
        part = self._one(dict, lambda: self._patient.uploads.parts.create(upload_id, data=("part", data)))
        return str(part.get("id"))

    def complete_upload(self, upload_id: str, parts: Sequence[str], md5: str) -> RemoteFile:
        """Make a file of the parts, in their order."""
        upload = self._one(dict, lambda: self._patient.uploads.complete(upload_id, part_ids=list(parts), md5=md5))
        return file_from(upload.get("file") or {})

    def create_job(self, body: Mapping[str, Any]) -> Job:
        """Begin a job: this is what is paid for."""
        return self._one(job_from, lambda: self._client.fine_tuning.jobs.create(**body))

    def job(self, job_id: str) -> Job:
        """Return one job as it is now."""
        return self._one(job_from, lambda: self._client.fine_tuning.jobs.retrieve(job_id))

    def jobs(self, limit: int, metadata: Mapping[str, str] | None = None) -> list[Job]:
        """Return the newest jobs, only those that carry `metadata` when it is given and the endpoint filters."""
        wanted: dict[str, Any] = {"limit": min(limit, _PAGE)}
        if metadata:
            wanted["metadata"] = dict(metadata)
        return list(islice(self._all(job_from, lambda: self._client.fine_tuning.jobs.list(**wanted)), limit))

    def events(self, job_id: str) -> Iterator[Event]:
        """Yield the events of a job, newest first, page by page."""
        yield from self._all(event_from, lambda: self._client.fine_tuning.jobs.list_events(job_id, limit=_PAGE))

    def checkpoints(self, job_id: str) -> list[Checkpoint]:
        """Return the checkpoints of a job, first step first."""
        checkpoints = self._client.fine_tuning.jobs.checkpoints
        found = list(self._all(checkpoint_from, lambda: checkpoints.list(job_id, limit=_PAGE)))
        return sorted(found, key=lambda checkpoint: checkpoint.step)

    def steer(self, job_id: str, action: str) -> Job:
        """Cancel, pause or resume a job."""
        jobs = self._client.fine_tuning.jobs
        call = {"cancel": jobs.cancel, "pause": jobs.pause, "resume": jobs.resume}[action]
        return self._one(job_from, lambda: call(job_id))

    def models(self) -> list[Model]:
        """Return all models."""
        return list(self._all(model_from, self._client.models.list))

    def delete_model(self, model: str) -> Record:
        """Delete a tuned model for good."""
        return self._one(dict, lambda: self._client.models.delete(model))

    def _one(self, read: Callable[[Record], Value], call: Callable[[], object]) -> Value:
        with our_errors(self.address.base_url):
            return read(record_of(call()))

    def _all(self, read: Callable[[Record], Value], call: Callable[[], Any]) -> Iterator[Value]:
        """Yield what all pages hold; a page that names itself again as the next would be read without end."""
        seen: set[str] = set()
        with our_errors(self.address.base_url):
            for item in call():
                record = record_of(item)
                if record.get("id") in seen:
                    return
                seen.add(str(record.get("id")))
                yield read(record)
