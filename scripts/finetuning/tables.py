"""Jobs, checkpoints and models as tables for people."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from scripts.dataset.model_names import base_of
from scripts.finetuning.reading import hyperparameters
from scripts.finetuning.records import Checkpoint, Job, Model
from scripts.text_table import text_table

SOON_DAYS = 90


def jobs_table(jobs: Iterable[Job]) -> str:
    """Return jobs, newest first as they came."""
    rows = [(job.id, job.status, job.model, job.tuned_model or "", _moment(job.created_at)) for job in jobs]
    return text_table(("job", "status", "base", "model", "created (UTC)"), rows)


def job_lines(job: Job) -> str:
    """Return everything that is known of a job, a line each."""
    facts = {
        "job": job.id,
        "status": job.status,
        "base": job.model,
        "model": job.tuned_model,
        "training file": job.training_file,
        "validation file": job.validation_file,
        "method": _method(job),
        "seed": job.record.get("seed"),
        "created": _moment(job.created_at),
        "finished": _moment(job.finished_at),
        "estimated finish": _moment(job.estimated_finish),
        "trained tokens": job.trained_tokens,
        "result files": ", ".join(job.result_files),
        "error": job.error,
    }
    return "\n".join(f"{name + ':':<18}{value}" for name, value in facts.items() if value not in {None, ""})


def best_checkpoint(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """Return the one with the lowest validation loss, the first of equals; None when none has one."""
    judged = [(checkpoint.valid_loss, checkpoint) for checkpoint in checkpoints if checkpoint.valid_loss is not None]
    return min(judged, key=lambda pair: (pair[0], pair[1].step))[1] if judged else None


def checkpoints_table(checkpoints: Sequence[Checkpoint]) -> str:
    """Return checkpoints by step, the best one marked."""
    best = best_checkpoint(checkpoints)
    names = ("train_loss", "valid_loss", "full_valid_loss")
    rows = [
        (
            str(checkpoint.step),
            *(_loss(checkpoint.metrics.get(name)) for name in names),
            "best" if checkpoint is best else "",
            checkpoint.model,
        )
        for checkpoint in checkpoints
    ]
    return text_table(("step", "train loss", "valid loss", "full valid loss", "", "model"), rows)


def shutdown_of(model: Model, models: Sequence[Model]) -> date | None:
    """Return the day a model ends: its own, or that of its base, which takes its fine-tunes along."""
    days = {other.id: other.shutdown for other in models}
    return model.shutdown or days.get(base_of(model.id))


def models_table(models: Sequence[Model], today: date, *, only_tuned: bool) -> str:
    """Return models, tuned ones first, with the day each ends and the days that are left."""
    wanted = (model for model in models if model.is_tuned or not only_tuned)
    ordered = sorted(wanted, key=lambda model: (not model.is_tuned, model.id))
    rows = [
        (model.id, model.owner, _moment(model.created_at), *_ending(shutdown_of(model, models), today))
        for model in ordered
    ]
    return text_table(("model", "owner", "created (UTC)", "shutdown", "days left"), rows)


def ending_soon(models: Sequence[Model], today: date) -> list[tuple[Model, date]]:
    """Return the models that end within 90 days or have ended, those that end first first."""
    ends = [(model, shutdown_of(model, models)) for model in models]
    soon = [(model, end) for model, end in ends if end is not None and (end - today).days < SOON_DAYS]
    return sorted(soon, key=lambda pair: (pair[1], pair[0].id))


def _ending(end: date | None, today: date) -> tuple[str, str]:
    return ("", "") if end is None else (end.isoformat(), str((end - today).days))


def _method(job: Job) -> str:
    method = job.record.get("method")
    kind = str(method.get("type") or "") if isinstance(method, dict) else ""
    numbers = hyperparameters(job.record).items()
    settings = ", ".join(f"{name} {value}" for name, value in numbers if value is not None)
    return " ".join(filter(None, (kind, f"({settings})" if settings else "")))


def _loss(loss: float | None) -> str:
    return "" if loss is None else f"{loss:.4f}"


def _moment(seconds: int | None) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}" if seconds else ""
