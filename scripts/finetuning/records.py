"""What the API says of files, jobs, events, checkpoints and models, as values. `reading` makes them.

Each value keeps the whole JSON object as `record`, which is what --json prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Record = Mapping[str, Any]

ENDED = frozenset({"succeeded", "failed", "cancelled"})  # any other status, known or not, may still change


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """An uploaded file. `status` is empty where the endpoint gives none."""

    id: str
    name: str
    bytes: int
    purpose: str
    status: str
    status_details: str
    record: Record


@dataclass(frozen=True, slots=True)
class Job:
    """A fine-tuning job. Times are seconds since 1970, None while unknown; `error` is the API's own reason.

    `epochs` is None also where the endpoint has not chosen yet.
    """

    id: str
    status: str
    model: str
    tuned_model: str | None
    training_file: str
    validation_file: str | None
    created_at: int
    finished_at: int | None
    estimated_finish: int | None
    epochs: int | None
    trained_tokens: int | None
    error: "JobError | None"
    result_files: tuple[str, ...]
    metadata: Mapping[str, str] | None
    record: Record

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed, in the API's words."""

    code: str
    message: str
    param: str

    def __str__(self) -> str:
        where = f" ({self.param})" if self.param else ""
        return f"{self.message or 'no reason was given'}{where}" + (f" [{self.code}]" if self.code else "")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job. `step` and the losses are None unless the event tells of a step."""

    id: str
    created_at: int
    level: str
    message: str
    step: int | None
    steps: int | None
    train_loss: float | None
    valid_loss: float | None
    record: Record


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as it was at one step. `metrics` by the API's names, those that are there."""

    id: str
    step: int
    model: str
    metrics: Mapping[str, float]
    record: Record

    @property
    def valid_loss(self) -> float | None:
        """The loss on the whole validation file where it is known, else on a part of it."""
        return self.metrics.get("full_valid_loss", self.metrics.get("valid_loss"))


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked. `shutdown` is the day it ends, None while none is announced."""

    id: str
    owner: str
    created_at: int
    shutdown: date | None
    record: Record

    @property
    def is_tuned(self) -> bool:
        """Whether it is somebody's fine-tune."""
        return self.id.startswith("ft:")
