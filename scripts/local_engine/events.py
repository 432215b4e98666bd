"""What a job has to tell: events, newest first, and checkpoints. Telling the same step twice tells it once."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Literal

from scripts.local_engine.store import Store, new_id, now, read_page

Level = Literal["info", "warn", "error"]

_LOSSES = {"train_loss": "training loss", "valid_loss": "validation loss", "full_valid_loss": "full validation loss"}


class Events:
    """The events and checkpoints of all jobs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def tell(self, job_id: str, message: str, level: Level = "info") -> None:
        """Add a message for people."""
        self._add(job_id, level, "message", message, None, {})

    def tell_step(self, job_id: str, total: int, metrics: Mapping[str, float]) -> bool:
        """Add the numbers of a step. Returns False when they are there already, from a run before a crash."""
        step = int(metrics["step"])
        losses = ", ".join(f"{said}={metrics[name]:.2f}" for name, said in _LOSSES.items() if name in metrics)
        message = f"Step {step}/{total}: {losses}"
        return self._add(job_id, "info", "metrics", message, step, {**metrics, "total_steps": total})

    def list(self, job_id: str, after: str | None, limit: int) -> dict[str, Any]:
        """Return a page of events, newest first."""
        rows, has_more = read_page(self._store, "events", ("job_id = ?", (job_id,)), after, limit)
        return {"object": "list", "data": [_event(row) for row in rows], "has_more": has_more}

    def add_checkpoint(self, job_id: str, step: int, model: str, metrics: Mapping[str, float]) -> None:
        """Add a checkpoint, once."""
        is_new = self._store.change(
            "INSERT OR IGNORE INTO checkpoints (id, created_at, job_id, step, model, metrics) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            *(new_id("ftckpt_"), now(), job_id, step, model, json.dumps(metrics)),
        )
        if is_new:
            self.tell(job_id, f"Checkpoint created at step {step}")

    def checkpoints(self, job_id: str, after: str | None, limit: int) -> dict[str, Any]:
        """Return a page of checkpoints, newest first."""
        rows, has_more = read_page(self._store, "checkpoints", ("job_id = ?", (job_id,)), after, limit)
        found = [_checkpoint(row) for row in rows]
        ends = {"first_id": found[0]["id"] if found else None, "last_id": found[-1]["id"] if found else None}
        return {"object": "list", "data": found, "has_more": has_more, **ends}

    def _add(
        self, job_id: str, level: Level, kind: str, message: str, step: int | None, details: Mapping[str, Any]
    ) -> bool:
        added = self._store.change(
            "INSERT OR IGNORE INTO events (id, created_at, job_id, level, type, message, step, details) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(new_id("ftevent-"), now(), job_id, level, kind, message, step, json.dumps(details)),
        )
        return added > 0


def _event(row: sqlite3.Row) -> dict[str, Any]:
    names = ("id", "created_at", "level", "message", "type")
    return {
        "object": "fine_tuning.job.event",
        **{name: row[name] for name in names},
        "data": json.loads(row["details"]),
    }


def _checkpoint(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "object": "fine_tuning.job.checkpoint",
        "created_at": row["created_at"],
        "fine_tuned_model_checkpoint": row["model"],
        "fine_tuning_job_id": row["job_id"],
        "metrics": json.loads(row["metrics"]),
        "step_number": row["step"],
    }
