"""Fine-tuning jobs: what was asked, how far it is, and which changes of status there are.

    validating_files -> queued -> running -> succeeded | failed
    validating_files | queued | running | paused -> cancelled
    validating_files | queued | running -> paused -> queued (validating_files when its files were not checked yet)

Every change names the status it starts from, in one statement: of two that meet, the second finds nothing to change.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from scripts.local_engine.errors import ApiError, bad_request, not_found
from scripts.local_engine.events import Events
from scripts.local_engine.files import PURPOSE, Files
from scripts.local_engine.job_requests import parse_job_request
from scripts.local_engine.models import Models
from scripts.local_engine.store import Store, new_id, now, read_page

OPEN = ("validating_files", "queued", "running", "paused")


class Jobs:
    """The jobs of an engine, as callers see them."""

    def __init__(self, store: Store, files: Files, models: Models, events: Events) -> None:
        self._store = store
        self._files = files
        self._models = models
        self._events = events

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take a job on. Raises ApiError for what can be known to be wrong without reading the files."""
        asked = parse_job_request(body)
        model = self._trainable(asked.model)
        for param, file_id in (("training_file", asked.training_file), ("validation_file", asked.validation_file)):
            self._check_file(param, file_id)
        job_id = new_id("ftjob-")
        with self._store.transaction():
            self._store.change(
                "INSERT INTO jobs (id, created_at, status, model, parent, training_file, validation_file, suffix, "
                "seed, method, hyperparameters, metadata) VALUES (?, ?, 'validating_files', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(job_id, now(), model, model if model != self._models.base_id else None),
                *(asked.training_file, asked.validation_file, asked.suffix, asked.seed, asked.method),
                *(json.dumps(asked.hyperparameters), json.dumps(asked.metadata)),
            )
            self._events.tell(job_id, f"Created fine-tuning job: {job_id}")
            self._events.tell(job_id, f"Validating training file: {asked.training_file}")
        return self.get(job_id)

    def get(self, job_id: str) -> dict[str, Any]:
        """Return a job. Raises ApiError when there is none."""
        return as_json(self.row(job_id))

    def row(self, job_id: str) -> sqlite3.Row:
        """Return a job as it is stored. Raises ApiError when there is none."""
        row = self._store.row("SELECT * FROM jobs WHERE id = ?", job_id)
        if row is None:
            raise not_found("fine-tuning job", job_id, "fine_tuning_job_id")
        return row

    def list(self, metadata: Mapping[str, str], after: str | None, limit: int) -> dict[str, Any]:
        """Return a page of jobs, newest first, that have each of the metadata given."""
        conditions = ["EXISTS (SELECT 1 FROM json_each(jobs.metadata) WHERE key = ? AND value = ?)" for _ in metadata]
        where = (" AND ".join(["1", *conditions]), tuple(word for pair in metadata.items() for word in pair))
        rows, has_more = read_page(self._store, "jobs", where, after, limit)
        return {"object": "list", "data": [as_json(row) for row in rows], "has_more": has_more}

    def cancel(self, job_id: str) -> dict[str, Any]:
        """End a job for good. Raises ApiError when it has ended already."""
        changes = "status = 'cancelled', estimated_finish = NULL, finished_at = ?"
        self._change(job_id, OPEN, "The job has been cancelled", changes, now())
        return self.get(job_id)

    def pause(self, job_id: str) -> dict[str, Any]:
        """Put a job aside; a running one saves first. Raises ApiError when it has ended or is paused."""
        said = "The job has been paused; resume it to go on from there"
        self._change(job_id, OPEN[:3], said, "status = 'paused', estimated_finish = NULL")
        return self.get(job_id)

    def resume(self, job_id: str) -> dict[str, Any]:
        """Put a paused job back in the queue. Raises ApiError when it is not paused."""
        changes = "status = iif(is_checked, 'queued', 'validating_files'), attempts = 0, place = NULL"
        self._change(job_id, ("paused",), "The job is back in the queue", changes)
        return self.get(job_id)

    def _change(self, job_id: str, allowed: Sequence[str], message: str, changes: str, *values: Any) -> None:
        status = self.row(job_id)["status"]
        marks = ", ".join("?" * len(allowed))
        sql = f"UPDATE jobs SET {changes} WHERE id = ? AND status IN ({marks})"  # noqa: S608 - ours; values are bound
        with self._store.transaction():
            if not self._store.change(sql, *values, job_id, *allowed):
                said = f"{job_id} is {status}; this needs a job that is {' or '.join(allowed)}"
                raise ApiError(400, said, "invalid_job_status", "fine_tuning_job_id")
            self._events.tell(job_id, message)

    def _trainable(self, name: str) -> str:
        try:
            return self._models.find(name).id
        except ApiError as error:
            raise ApiError(400, str(error), "model_not_available", "model") from error

    def _check_file(self, param: str, file_id: str | None) -> None:
        if file_id is None:
            return
        try:
            purpose = self._files.get(file_id)["purpose"]
        except ApiError as error:
            raise bad_request(f"invalid {param}: {file_id}; upload the file first", param) from error
        if purpose != PURPOSE:
            raise bad_request(f"invalid {param}: {file_id} is for {purpose}, not for {PURPOSE}", param)


def as_json(row: sqlite3.Row) -> dict[str, Any]:
    """Return a job in OpenAI's shape, with the numbers both where they are now and where they were before."""
    numbers = json.loads(row["hyperparameters"])
    return {
        "id": row["id"],
        "object": "fine_tuning.job",
        "created_at": row["created_at"],
        "error": json.loads(row["error"]) if row["error"] else None,
        "fine_tuned_model": row["fine_tuned_model"],
        "finished_at": row["finished_at"],
        "hyperparameters": {name: number for name, number in numbers.items() if name != "beta"},
        "model": row["model"],
        "organization_id": "local",
        "result_files": [row["result_file"]] if row["result_file"] else [],
        "seed": row["seed"],
        "status": row["status"],
        "trained_tokens": row["trained_tokens"],
        "training_file": row["training_file"],
        "validation_file": row["validation_file"],
        "estimated_finish": row["estimated_finish"],
        "integrations": [],
        "metadata": json.loads(row["metadata"]),
        "method": {"type": row["method"], row["method"]: {"hyperparameters": numbers}},
        "user_provided_suffix": row["suffix"],
    }
