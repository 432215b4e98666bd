"""From a job as it is stored to the order that its trainer reads: ids become paths, and the machine's part is added."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from scripts.local_engine.files import Files
from scripts.local_engine.models import Models
from scripts.local_engine.trainer.order import Order

_MAX_TOKENS = 4_096  # of an example: as many as are served at once


@dataclass(frozen=True, slots=True)
class Orders:
    """What all orders of an engine have in common. `base` is what the trainer reads the model from."""

    files: Files
    models: Models
    base: Path
    threads: int

    def make(self, job: sqlite3.Row) -> Order:
        """Return the order of a job. Raises ApiError when a file or model is no longer there."""
        adapter = self.models.find(job["model"]).adapter
        return Order(
            base=str(self.base),
            training_file=str(self.files.path(job["training_file"])),
            validation_file=str(self.files.path(job["validation_file"])) if job["validation_file"] else None,
            method=job["method"],
            seed=job["seed"],
            threads=self.threads,
            max_tokens=_MAX_TOKENS,
            parent=str(adapter.parent) if adapter else None,
            **{"beta": 0.0, **json.loads(job["hyperparameters"])},
        )
