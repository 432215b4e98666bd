"""Reads what the API sends into values, tolerantly: endpoints differ in what they send, and some send nonsense."""

import re
from datetime import date

from scripts.endpoint import TryLater
from scripts.finetuning.records import Checkpoint, Event, Job, JobError, Model, Record, RemoteFile

_STEP = re.compile(r"\bstep (\d+)(?:/(\d+))?", re.IGNORECASE)
_TRAIN_LOSS = re.compile(r"train(?:ing)?[ _]loss[=: ]+([\d.]+)", re.IGNORECASE)
_FULL_LOSS = re.compile(r"full[ _]valid(?:ation)?[ _]loss[=: ]+([\d.]+)", re.IGNORECASE)
_VALID_LOSS = re.compile(r"valid(?:ation)?[ _]loss[=: ]+([\d.]+)", re.IGNORECASE)


class BadRecord(TryLater):
    """The endpoint's answer is not what it should be; the message says what is missing."""


def record_of(answer: object) -> Record:
    """Return an answer of the `openai` package as JSON. Raises BadRecord for one that is no object."""
    to_dict = getattr(answer, "to_dict", None)
    record = to_dict(mode="json", warnings=False) if to_dict else None
    if not isinstance(record, dict):
        raise BadRecord(f"the endpoint's answer is no object but {type(answer).__name__}; is OPENAI_BASE_URL right?")
    return record


def records_of(page: object) -> list[Record]:
    """Return what a page of a list holds, read as plain JSON. Raises BadRecord."""
    records = page.get("data") if isinstance(page, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadRecord(f"the endpoint's answer is no list but {type(page).__name__}; is OPENAI_BASE_URL right?")
    return records


def has_more(page: object) -> bool:
    """Whether another page follows."""
    return isinstance(page, dict) and page.get("has_more") is True


def identified(record: Record) -> Record:
    """Return a record that has an id. Raises BadRecord for one that has none."""
    _id(record, "answer to that")
    return record


def deleted(record: Record) -> Record:
    """Return the record of something deleted. Raises BadRecord for one that does not say so."""
    if record.get("deleted") is not True:
        raise BadRecord("the endpoint does not say that it is deleted")
    return record


def file_from(record: Record) -> RemoteFile:
    """Read a file. Raises BadRecord without an id."""
    return RemoteFile(
        _id(record, "file"),
        _text(record, "filename"),
        _number(record, "bytes") or 0,
        _text(record, "purpose"),
        _text(record, "status"),
        _text(record, "status_details"),
        record,
    )


def job_from(record: Record) -> Job:
    """Read a job. Raises BadRecord without an id."""
    metadata = record.get("metadata")
    return Job(
        id=_id(record, "job"),
        status=_text(record, "status") or "unknown",
        model=_text(record, "model"),
        tuned_model=_text(record, "fine_tuned_model") or None,
        training_file=_text(record, "training_file"),
        validation_file=_text(record, "validation_file") or None,
        created_at=_number(record, "created_at") or 0,
        finished_at=_number(record, "finished_at"),
        estimated_finish=_number(record, "estimated_finish"),
        epochs=_number(hyperparameters(record), "n_epochs"),
        trained_tokens=_number(record, "trained_tokens"),
        error=_error(record.get("error")),
        result_files=tuple(str(name) for name in record.get("result_files") or ()),
        metadata=metadata if isinstance(metadata, dict) else None,
        record=record,
    )


def hyperparameters(record: Record) -> Record:
    """Return a job's, from inside its method or, as older endpoints have them, beside it."""
    method = record.get("method")
    inside = method.get(str(method.get("type"))) if isinstance(method, dict) else None
    found = (inside.get("hyperparameters") if isinstance(inside, dict) else None) or record.get("hyperparameters")
    return found if isinstance(found, dict) else {}


def event_from(record: Record) -> Event:
    """Read an event; step and losses from its data, else from its words. Raises BadRecord without an id."""
    data = record.get("data")
    data = data if isinstance(data, dict) else {}
    message = _text(record, "message")
    said = _STEP.search(message)
    return Event(
        id=_id(record, "event"),
        created_at=_number(record, "created_at") or 0,
        level=_text(record, "level") or "info",
        message=message,
        step=_number(data, "step") or (int(said[1]) if said else None),
        steps=_number(data, "total_steps") or (int(said[2]) if said and said[2] else None),
        train_loss=_first(_real(data, "train_loss"), _said(_TRAIN_LOSS, message)),
        valid_loss=_first(
            *(_real(data, "full_valid_loss"), _said(_FULL_LOSS, message)),
            *(_real(data, "valid_loss"), _said(_VALID_LOSS, message)),
        ),
        record=record,
    )


def checkpoint_from(record: Record) -> Checkpoint:
    """Read a checkpoint. Raises BadRecord without an id."""
    metrics = record.get("metrics") or {}
    numbers = {name: _real(metrics, name) for name in metrics}
    return Checkpoint(
        _id(record, "checkpoint"),
        _number(record, "step_number") or 0,
        _text(record, "fine_tuned_model_checkpoint"),
        {name: number for name, number in numbers.items() if number is not None and name != "step"},
        record,
    )


def model_from(record: Record) -> Model:
    """Read a model. Raises BadRecord without an id."""
    shutdown = _day(record.get("shutdown_date"))
    return Model(_id(record, "model"), _text(record, "owned_by"), _number(record, "created") or 0, shutdown, record)


def _id(record: Record, kind: str) -> str:
    if not _text(record, "id"):
        raise BadRecord(f"the endpoint's answer is no {kind}: it has no id (keys: {', '.join(list(record)[:5])})")
    return _text(record, "id")


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _number(record: Record, name: str) -> int | None:
    value = _real(record, name)
    return None if value is None else int(value)


def _real(record: Record, name: str) -> float | None:
    value = record.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18
    return value if is_number else None


def _said(pattern: re.Pattern[str], message: str) -> float | None:
    found = pattern.search(message)
    return float(found[1].strip(".")) if found and re.fullmatch(r"\d+(\.\d+)?", found[1].strip(".")) else None


def _first(*numbers: float | None) -> float | None:
    return next((number for number in numbers if number is not None), None)


def _error(error: object) -> JobError | None:
    if not isinstance(error, dict) or not any(error.values()):
        return None
    return JobError(_text(error, "code"), _text(error, "message"), _text(error, "param"))


def _day(said: object) -> date | None:
    """Return a day written as 2027-01-14, with or without a time behind it; None for anything else."""
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError:
        return None
