"""What becomes of a job while it is worked on: the changes that the queue makes, each whole or not at all."""

import json
import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.local_engine.errors import ApiError
from scripts.local_engine.events import Events
from scripts.local_engine.files import RESULTS_PURPOSE, Files
from scripts.local_engine.models import Models
from scripts.local_engine.orders import Orders
from scripts.local_engine.store import Store, now
from scripts.local_engine.trainer.order import (
    GGUF_FILE,
    ORDER_FILE,
    RESULTS_FILE,
    RESUME_FILE,
    checkpoint_folder,
    write_order,
)
from scripts.local_engine.validation import CHECKER, Checked, Problem, check, resolve

_MAX_ATTEMPTS = 3
_ODD = re.compile(r"[^a-z0-9_.-]+")  # a model's name stands in addresses


class Trainings:
    """The steps of a job, from its check to its model."""

    def __init__(
        self,
        store: Store,
        files: Files,
        models: Models,
        events: Events,
        orders: Orders,
        checker: Sequence[str] = CHECKER,
    ) -> None:
        self._store = store
        self._files = files
        self._models = models
        self._events = events
        self._orders = orders
        self._checker = checker

    def next(self, *statuses: str) -> sqlite3.Row | None:
        """Return the oldest job that is in the first of the statuses that any job is in."""
        for status in statuses:
            row = self._store.row("SELECT * FROM jobs WHERE status = ? ORDER BY seq", status)
            if row is not None:
                return row
        return None

    def status(self, job_id: str) -> str:
        """Return a job's status."""
        row = self._store.row("SELECT status FROM jobs WHERE id = ?", job_id)
        return str(row["status"]) if row else "cancelled"

    def folder(self, job_id: str) -> Path:
        """Return where a job's order, saves and adapters are."""
        return self._store.folder / "jobs" / job_id

    def validate(self, job: sqlite3.Row) -> None:
        """Check a job's files, and queue it or let it fail."""
        found = self._check(job)
        if isinstance(found, Problem):
            self.fail(job["id"], found)
            return
        numbers = json.dumps(resolve(json.loads(job["hyperparameters"]), found.examples))
        self._store.change("UPDATE jobs SET is_checked = 1, hyperparameters = ? WHERE id = ?", numbers, job["id"])
        queued = "UPDATE jobs SET status = 'queued' WHERE id = ? AND status = 'validating_files'"
        with self._store.transaction():
            if not self._store.change(queued, job["id"]):
                return
            remark = f" ({found.warnings} warnings; scripts.check_dataset names them)" if found.warnings else ""
            self._events.tell(job["id"], f"Files validated, moving job to queued state{remark}")

    def tell_places(self) -> None:
        """Tell each queued job its place in the queue when it has changed."""
        for place, job in enumerate(self._store.rows("SELECT * FROM jobs WHERE status = 'queued' ORDER BY seq"), 1):
            if job["place"] != place:
                self._store.change("UPDATE jobs SET place = ? WHERE id = ?", place, job["id"])
                self._events.tell(job["id"], f"Place in the queue: {place}")

    def begin(self, job: sqlite3.Row) -> bool:
        """Mark a job as running and write its order. Returns False when it was cancelled or paused meanwhile."""
        sql = "UPDATE jobs SET status = 'running', attempts = attempts + 1 WHERE id = ? AND status IN (?, ?)"
        if not self._store.change(sql, job["id"], "queued", "running"):
            return False
        try:
            folder = self.folder(job["id"])
            if not (folder / ORDER_FILE).is_file():
                folder.mkdir(parents=True, exist_ok=True)
                write_order(folder, self._orders.make(job))
        except ApiError as error:
            self.fail(job["id"], Problem("missing_input", str(error)))
            return False
        return True

    def tell_start(self, job_id: str, line: Mapping[str, Any]) -> None:
        """Tell that training goes on."""
        said = f"Going on from step {line['step']}" if line["step"] else "Fine-tuning job started"
        self._events.tell(job_id, f"{said}, on {line['device']}")

    def tell_step(self, job_id: str, line: Mapping[str, Any], step_s: float | None) -> None:
        """Tell a step, and when the end is to be expected at `step_s` seconds a step."""
        total, step = line["total_steps"], line["metrics"]["step"]
        if self._events.tell_step(job_id, total, line["metrics"]):
            finish = None if step_s is None else round(now() + (total - step) * step_s)
            sql = "UPDATE jobs SET attempts = 0, estimated_finish = ? WHERE id = ? AND status = 'running'"
            self._store.change(sql, finish, job_id)

    def tell_checkpoint(self, job: sqlite3.Row, line: Mapping[str, Any]) -> None:
        """Keep a checkpoint, which can be asked once the job is done."""
        name = f"{self._model_name(job)}:ckpt-step-{line['step']}"
        self._events.add_checkpoint(job["id"], line["step"], name, line["metrics"])

    def adapters_with(self, job_id: str, step: int) -> list[Path]:
        """Return the adapters of all models and of the one that a job has just made."""
        return [*self._models.adapters(), checkpoint_folder(self.folder(job_id), step) / GGUF_FILE]

    def succeed(self, job: sqlite3.Row, line: Mapping[str, Any]) -> None:
        """Make the model of a finished training known, with its checkpoints and result file."""
        job_id, folder, name = job["id"], self.folder(job["id"]), self._model_name(job)
        result_file = f"file-{job_id.removeprefix('ftjob-')}"  # the same when this is done again after a kill
        if (folder / RESULTS_FILE).is_file():
            self._files.adopt(folder / RESULTS_FILE, result_file, "step_metrics.csv", RESULTS_PURPOSE)
        kept = [row for row in self._checkpoints(job_id) if checkpoint_folder(folder, row["step"]).is_dir()]
        places = [(name, line["step"]), *((row["model"], row["step"]) for row in kept)]
        with self._store.transaction() as connection:
            sql = (
                "UPDATE jobs SET status = 'succeeded', finished_at = ?, estimated_finish = NULL, fine_tuned_model = ?, "
                "result_file = ?, trained_tokens = ? WHERE id = ? AND finished_at IS NULL"
            )
            if not connection.execute(sql, (now(), name, result_file, line["trained_tokens"], job_id)).rowcount:
                return
            connection.executemany(
                "INSERT OR IGNORE INTO models (id, created_at, base, folder) VALUES (?, ?, ?, ?)",
                [(model, now(), self._models.base_id, str(checkpoint_folder(folder, step))) for model, step in places],
            )
            gone = [(row["id"],) for row in self._checkpoints(job_id) if row not in kept]
            connection.executemany("DELETE FROM checkpoints WHERE id = ?", gone)
            self._events.tell(job_id, f"New fine-tuned model created: {name}, from step {line['step']}")
            where = checkpoint_folder(folder, line["step"])
            self._events.tell(job_id, f"Its adapter is kept in {where}, for PEFT and for llama.cpp")
            self._events.tell(job_id, "The job has successfully completed")

    def tidy(self, job_id: str) -> None:
        """Delete what an ended job was only kept for going on with."""
        status, folder = self.status(job_id), self.folder(job_id)
        if status in {"succeeded", "failed", "cancelled"}:
            (folder / RESUME_FILE).unlink(missing_ok=True)
        if status in {"failed", "cancelled"}:
            shutil.rmtree(folder / "checkpoints", ignore_errors=True)

    def fail(self, job_id: str, problem: Problem) -> None:
        """End a job with a reason, unless it has ended."""
        error = json.dumps({"code": problem.code, "message": problem.message, "param": problem.param})
        sql = (
            "UPDATE jobs SET status = 'failed', finished_at = ?, estimated_finish = NULL, error = ? "
            "WHERE id = ? AND finished_at IS NULL"
        )
        with self._store.transaction():
            if self._store.change(sql, now(), error, job_id):
                self._events.tell(job_id, f"The job failed: {problem.message}", "error")

    def survive(self, job_id: str, status: int) -> None:
        """Take note that the trainer crashed: the job goes on from its last save, or fails when that is of no use."""
        row = self._store.row("SELECT attempts FROM jobs WHERE id = ? AND status = 'running'", job_id)
        if row is None:
            return
        if row["attempts"] < _MAX_ATTEMPTS:
            said = f"The trainer ended unexpectedly (status {status}); going on from its last save"
            self._events.tell(job_id, said, "warn")
            return
        message = (
            f"the trainer ended {row['attempts']} times without a step (status {status}; -9 is often too little "
            f"memory). Its last words: {_last_line(self.folder(job_id) / 'trainer.log')}"
        )
        self.fail(job_id, Problem("trainer_crashed", message))

    def _check(self, job: sqlite3.Row) -> Checked | Problem:
        try:
            training = self._files.path(job["training_file"])
            validation = self._files.path(job["validation_file"]) if job["validation_file"] else None
        except ApiError as error:
            return Problem("missing_input", str(error), "training_file")
        return check(training, validation, job["method"], self._models.base_id, self._checker)

    def _checkpoints(self, job_id: str) -> list[sqlite3.Row]:
        return self._store.rows("SELECT * FROM checkpoints WHERE job_id = ? ORDER BY seq", job_id)

    def _model_name(self, job: sqlite3.Row) -> str:
        suffix = _ODD.sub("-", (job["suffix"] or "").lower()).strip("-")
        return f"ft:{self._models.base_id}:local:{suffix}:{job['id'][-8:]}"


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "none")
