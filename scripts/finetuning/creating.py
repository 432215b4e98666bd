"""One wish, one paid job: written down before it is sent, and looked for before it is ever sent again.

The client does not retry. A reply that is lost, or a process killed anywhere between the ledger and the reply, leaves
an open intent; its run id travels as metadata, so the next command asks the endpoint whether there is such a job, and
sends the same run id again only when `settle_s` after the sending there is none.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from scripts.endpoint import CallFailed, RunStopped, TryLater
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.ledger import Ledger, Run
from scripts.finetuning.local_file import LocalFile
from scripts.finetuning.patience import Say, insist
from scripts.finetuning.records import Job
from scripts.finetuning.wish import Wish
from scripts.generation.asking import Patience

SETTLE_S = 30.0

_LOOK_EVERY_S = 2.0
_SCANNED = 100
_CLOCKS_DIFFER_S = 300.0
_FAILED = frozenset({"failed", "cancelled"})


class Unknown(Exception):
    """Nobody can say yet whether there is a job; the message says how to go on."""


@dataclass(frozen=True, slots=True)
class Order:
    """A wish for one endpoint. `files` are the files of the wish as `train` and `validation`.

    `tokens` is our own count of one epoch.
    """

    wish: Wish
    files: Mapping[str, LocalFile]
    base_url: str
    tokens: int

    @property
    def key(self) -> str:
        """What is the same whenever the same is wished."""
        return self.wish.key(self.base_url, self.hashes)

    @property
    def hashes(self) -> Mapping[str, str]:
        """The SHA-256 of each file."""
        return {name: file.sha256 for name, file in self.files.items()}


class Creation:
    """Sees one order through. All methods raise TryLater, CallFailed and RunStopped as the endpoint does."""

    def __init__(self, order: Order, endpoint: Endpoint, ledger: Ledger, say: Say, settle_s: float = SETTLE_S) -> None:
        """Prepare; nothing is asked yet."""
        self._order = order
        self._endpoint = endpoint
        self._ledger = ledger
        self._say = say
        self._settle_s = settle_s
        self._patience = Patience(attempts=3)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from the same order. Raises LedgerBusy."""
        with self._ledger.alone(self._order.key):
            yield

    def existing(self, *, again: bool = False) -> Job | None:
        """Return the job that this order has made already, unless it failed or was cancelled.

        Waits, when the sending is just past, until it would have shown. `again`: only one whose reply was lost.
        """
        run = self._ledger.run(self._order.key)
        if run is None or run.is_refused or (again and run.job):
            return None
        job = self._retrieved(run.job) if run.job else self._search(run)
        return None if job is None or job.status in _FAILED else job

    def tell_lost(self) -> None:
        """Say which jobs of other orders began though their reply was lost: they are paid for, too."""
        for run in self._ledger.open_runs(self._order.base_url):
            job = self._insist(partial(self._marked, run)) if run.key != self._order.key else None
            if job is not None:
                self._note_job(run.run_id, job)
                self._say(f"an earlier request, whose reply was lost, did begin: {job.id} ({job.status})")
                self._say(f"if it is not wanted: python -m scripts.finetune cancel {job.id}")

    def create(self, file_ids: Mapping[str, str]) -> Job:
        """Send the order and return its job. Raises Unknown when the reply was lost and no job has shown."""
        run_id = self._note_intent()
        body = self._order.wish.body(file_ids, self._metadata(run_id))
        try:
            return self._note_job(run_id, self._endpoint.create_job(body))
        except (CallFailed, RunStopped) as refusal:
            self._ledger.write("refused", run_id=run_id, reason=str(refusal))
            raise
        except TryLater as lost:
            if lost.is_undone:
                self._ledger.write("refused", run_id=run_id, reason=str(lost))
                raise
            return self._find_lost(lost)

    def _note_intent(self) -> str:
        """Write down what is about to be sent; an intent that stayed open keeps its run id."""
        run = self._ledger.run(self._order.key)
        run_id = run.run_id if run is not None and run.is_open else uuid.uuid4().hex
        self._ledger.write("intent", run_id=run_id, **self._facts())
        return run_id

    def _facts(self) -> Mapping[str, Any]:
        order = self._order
        paths = {name: str(file.path) for name, file in order.files.items()}
        return {
            "key": order.key,
            "base_url": order.base_url,
            "base_model": order.wish.model,
            "paths": paths,
            "sha256": dict(order.hashes),
            "tokens": order.tokens,
        }

    def _metadata(self, run_id: str) -> Mapping[str, str]:
        return {"run_id": run_id, **{f"{name}_sha256": value for name, value in self._order.hashes.items()}}

    def _note_job(self, run_id: str, job: Job) -> Job:
        self._ledger.write("created", run_id=run_id, job=job.id)
        return job

    def _find_lost(self, lost: TryLater) -> Job:
        self._say(f"{lost}; nobody knows whether the job began: looking for it")
        run = self._ledger.run(self._order.key)
        try:
            job = self._search(run) if run is not None else None
        except TryLater as later:
            raise Unknown(f"{later}. {AGAIN}") from later
        if job is None:
            raise Unknown(f"The reply was lost ({lost}), and no job has shown since. {AGAIN}")
        return job

    def _search(self, run: Run) -> Job | None:
        """Return the job of an open run, looking until it would have shown; then None."""
        until = time.monotonic() + max(0.0, min(self._settle_s, run.sent_at + self._settle_s - time.time()))
        while True:
            job = self._insist(lambda: self._look(run))
            if job is not None:
                self._say(f"found it: {job.id}")
                return self._note_job(run.run_id, job)
            if time.monotonic() >= until:
                return None
            time.sleep(min(_LOOK_EVERY_S, max(0.0, until - time.monotonic())))

    def _look(self, run: Run) -> Job | None:
        return self._marked(run) or next((j for j in self._endpoint.jobs(_SCANNED) if self._is_its(j, run)), None)

    def _marked(self, run: Run) -> Job | None:
        """Return the job that carries the run id; endpoints that do not filter send others, too."""
        found = self._endpoint.jobs(_SCANNED, {"run_id": run.run_id})
        return next((job for job in found if (job.metadata or {}).get("run_id") == run.run_id), None)

    def _is_its(self, job: Job, run: Run) -> bool:
        """Whether a job carries the run id; where the endpoint keeps no metadata, whether all else fits."""
        if job.metadata:
            return job.metadata.get("run_id") == run.run_id
        if any(line["job"] == job.id for line in self._ledger.lines("created")):
            return False
        known = {line["file"] for line in self._ledger.lines("file") if line["sha256"] in self._order.hashes.values()}
        is_since = job.created_at >= run.sent_at - _CLOCKS_DIFFER_S
        return is_since and job.model.startswith(self._order.wish.model) and job.training_file in known

    def _retrieved(self, job_id: str) -> Job | None:
        try:
            return self._insist(lambda: self._endpoint.job(job_id))
        except CallFailed as failed:
            if failed.status == 404:
                return None
            raise

    def _insist(self, call: Callable[[], Job | None]) -> Job | None:
        return insist(call, self._say, self._patience)


AGAIN = "Run the same command again: it looks for the job first, and sends it only if there is none."
