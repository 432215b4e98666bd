"""The calls of fine-tuning, one each, through the `openai` package. None is repeated here.

All raise TryLater, CallFailed or RunStopped (scripts/endpoint.py); a broken answer is TryLater.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any, Final, TypeVar
from urllib.parse import quote

from scripts.endpoint import Address, open_client, our_errors
from scripts.finetuning.reading import (
    checkpoint_from,
    deleted,
    event_from,
    file_from,
    has_more,
    identified,
    job_from,
    model_from,
    record_of,
    records_of,
)
from scripts.finetuning.records import Checkpoint, Event, Job, Model, Record, RemoteFile

PURPOSE: Final = "fine-tune"
_JOBS = "/fine_tuning/jobs"
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
        yield from self._all(file_from, "/files", purpose=PURPOSE, order="desc")

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
        kind = "text/jsonl"
        uploads = self._client.uploads
        return self._one(identified, lambda: uploads.create(bytes=size, filename=name, mime_type=kind, purpose=PURPOSE))

    def add_part(self, upload_id: str, data: bytes) -> str:
        """Upload one part and return its id."""
        parts = self._patient.uploads.parts
        return str(self._one(identified, lambda: parts.create(upload_id, data=("part", data)))["id"])

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
        filters = {"metadata": dict(metadata)} if metadata else {}
        return list(islice(self._all(job_from, _JOBS, limit=min(limit, _PAGE), **filters), limit))

    def events(self, job_id: str) -> Iterator[Event]:
        """Yield the events of a job, newest first, page by page."""
        yield from self._all(event_from, f"{_JOBS}/{quote(job_id, safe='')}/events", limit=_PAGE)

    def checkpoints(self, job_id: str) -> list[Checkpoint]:
        """Return the checkpoints of a job, first step first."""
        found = self._all(checkpoint_from, f"{_JOBS}/{quote(job_id, safe='')}/checkpoints", limit=_PAGE)
        return sorted(found, key=lambda checkpoint: checkpoint.step)

    def steer(self, job_id: str, action: str) -> Job:
        """Cancel, pause or resume a job."""
        jobs = self._client.fine_tuning.jobs
        call = {"cancel": jobs.cancel, "pause": jobs.pause, "resume": jobs.resume}[action]
        return self._one(job_from, lambda: call(job_id))

    def models(self) -> list[Model]:
        """Return all models."""
        return list(self._all(model_from, "/models"))

    def delete_model(self, model: str) -> Record:
        """Delete a tuned model for good."""
        return self._one(deleted, lambda: self._client.models.delete(model))

    def _one(self, read: Callable[[Record], Value], call: Callable[[], object]) -> Value:
        with our_errors(self.address.base_url):
            return read(record_of(call()))

    def _all(self, read: Callable[[Record], Value], path: str, **query: Any) -> Iterator[Value]:
        """Yield what all pages of a list hold. As plain JSON: the package's own pages do not survive broken bodies."""
        after: dict[str, str] = {}
        while True:
            with our_errors(self.address.base_url):
                page = self._client.get(path, cast_to=object, options={"params": {**query, **after}})
            records = records_of(page)
            yield from map(read, records)
            last = str(records[-1].get("id")) if records else None
            if last in (None, after.get("after")) or not has_more(page):
                return
            after = {"after": str(last)}
