"""The Batch API, in two phases: submit now, collect within 24 hours, for less ("Batch API", OpenAI, 2026-08).

What is submitted is written down before it is sent, with a run id that travels along as metadata. So a reply that is
lost on its way back is found again by asking the endpoint for its batches, and no batch is ever paid twice. Keys are
the requests' custom_id: answers come back in any order, and land in the same file as those asked for one by one.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from scripts.dataset.files import whole_file, write_whole
from scripts.generation.answers import Answers, BadAnswers, answer_from
from scripts.generation.calls import Call
from scripts.generation.endpoint import CHAT, Endpoint

MAX_REQUESTS = 50_000  # of one batch, and of its file's bytes ("Batch API", OpenAI API reference, 2026-08)
MAX_BYTES = 190_000_000
_ENDED = frozenset({"completed", "expired", "cancelled", "failed"})  # an unknown status counts as not ended

Say = Callable[[str], None]


class BadBatches(Exception):
    """The file of batches cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as it is written down: `file` and `batch` are the endpoint's ids, None until it has told them."""

    run: str
    requests: str
    count: int
    file: str | None = None
    batch: str | None = None


@dataclass
class Collected:
    """What a look at the batches brought: how many wait, what failed and why."""

    waiting: int = 0
    failures: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Batches:
    """The batches under way of one dataset, in a small file beside its answers."""

    def __init__(self, path: Path, endpoint: Endpoint, say: Say) -> None:
        """Read what is under way. Raises BadBatches."""
        self._path = path
        self._endpoint = endpoint
        self._say = say
        self.open = read_batches(path)

    def submit(self, calls: Sequence[Call]) -> None:
        """Send calls as one batch or more. Each is on disk before it is sent. Raises what Endpoint does."""
        for part in _parts(calls):
            run = uuid.uuid4().hex
            requests = self._path.with_name(f"{self._path.stem}.{run}.requests.jsonl")
            with whole_file(requests) as file:
                file.writelines(_request(call) for call in part)
            batch = Batch(run, requests.name, len(part))
            self._note(batch)
            self._create(batch)

    def send(self) -> None:
        """See that each batch written down is at the endpoint; where a reply was lost, find the batch it made."""
        for batch in self.open:
            if batch.batch is None:
                found = self._endpoint.find_batch(batch.run)
                if found:
                    self._note(replace(batch, batch=found))
                else:
                    self._create(batch)

    def collect(self, answers: Answers) -> Collected:
        """Keep the answers of the batches that have ended, and forget these. Raises what Endpoint does."""
        collected = Collected()
        for batch in self.open:
            if not self._collect_one(batch, answers, collected):
                collected.waiting += batch.count
        return collected

    def _collect_one(self, batch: Batch, answers: Answers, collected: Collected) -> bool:
        """Return whether the batch has ended; then its answers are kept."""
        if batch.batch is None:
            return False
        state = self._endpoint.batch(batch.batch)
        self._say(f"{batch.batch}: {state.status}, {state.done} of {batch.count} answered, {state.failed} failed")
        if state.status not in _ENDED:
            return False
        for file_id in filter(None, (state.output_file, state.error_file)):
            collected.failures += _keep_lines(self._endpoint.download(file_id), answers)
        if state.status == "failed":
            collected.refused += state.errors or ("the endpoint gave no reason",)
        self._forget(batch)
        return True

    def _create(self, batch: Batch) -> None:
        if batch.file is None:
            batch = replace(batch, file=self._endpoint.upload(self._path.with_name(batch.requests)))
            self._note(batch)
        created = replace(batch, batch=self._endpoint.create_batch(str(batch.file), batch.run))
        self._note(created)
        self._say(f"{created.batch}: submitted with {batch.count} requests")

    def _note(self, batch: Batch) -> None:
        self._write([*(other for other in self.open if other.run != batch.run), batch])

    def _forget(self, batch: Batch) -> None:
        self._write([other for other in self.open if other.run != batch.run])
        self._path.with_name(batch.requests).unlink(missing_ok=True)

    def _write(self, batches: Sequence[Batch]) -> None:
        write_whole(self._path, json.dumps([asdict(batch) for batch in batches], indent=1) + "\n")
        self.open = tuple(batches)


def read_batches(path: Path) -> tuple[Batch, ...]:
    """Return the batches under way, none when the file is not there. Raises BadBatches."""
    if not path.exists():
        return ()
    try:
        return tuple(Batch(**batch) for batch in json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BadBatches(f"{path}: is no list of batches; delete it to forget what is under way") from error


def _parts(calls: Iterable[Call]) -> Iterator[list[Call]]:
    part: list[Call] = []
    size = 0
    for call in calls:
        length = len(_request(call).encode())
        if part and (len(part) == MAX_REQUESTS or size + length > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(call)
        size += length
    if part:
        yield part


def _request(call: Call) -> str:
    request = {"custom_id": call.key, "method": "POST", "url": f"/v1{CHAT}", "body": call.body}
    return json.dumps(request, ensure_ascii=False) + "\n"


def _keep_lines(content: bytes, answers: Answers) -> list[str]:
    """Keep the answers of an output file or an error file, and return why the others are none."""
    failures = (_keep_line(line, answers) for line in content.split(b"\n") if line.strip())
    return [failure for failure in failures if failure]


def _keep_line(line: bytes, answers: Answers) -> str | None:
    try:
        result = json.loads(line)
        response = result.get("response") or {}
        if result.get("error") or response.get("status_code") != 200:
            return _reason(result.get("error") or (response.get("body") or {}).get("error"), response)
        answers.keep(answer_from(str(result["custom_id"]), response.get("body")))
    except (ValueError, KeyError, AttributeError, BadAnswers) as error:
        return f"a line of the result is no answer ({error})"
    return None


def _reason(error: object, response: dict[str, object]) -> str:
    said = error.get("message") or error.get("code") if isinstance(error, dict) else error
    return str(said or f"HTTP {response.get('status_code')}")[:300]
