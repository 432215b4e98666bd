"""How a job ended: what to tell, what to do after a failure, and what the ledger learns from it."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.finetuning.ledger import Ledger
from scripts.finetuning.records import Job

_BILLING = "check the account's billing page, then create the job again"
_MODERATION = "take the lines out that the endpoint's usage policies forbid, then create the job again"
_TRAINING = "correct the file (python -m scripts.check_dataset {train}), then create the job again"
_VALIDATION = "correct the file (python -m scripts.check_dataset {validation}), then create the job again"
_ADVICE: Mapping[str, str] = {
    "quota": _BILLING,
    "billing": _BILLING,
    "moderation": _MODERATION,
    "flagged": _MODERATION,
    "polic": _MODERATION,
    "validation_file": _VALIDATION,
    "training_file": _TRAINING,
    "disk": "make room on the endpoint's disk, then create the job again",
    "memory": "give a smaller --batch-size, or shorter examples, then create the job again",
}
_ELSE = "create the job again; if it fails the same way, ask the endpoint's support and name the job"


def ending(job: Job, ledger: Ledger) -> Iterator[str]:
    """Yield how a job ended and the next command."""
    if job.status == "succeeded":
        yield f"The model is {job.tuned_model or '(not named by the endpoint)'}"
        yield f"Loss curve and verdict: python -m scripts.finetune results {job.id}"
    elif job.status == "failed":
        yield f"The job failed: {job.error or 'the endpoint gives no reason'}"
        yield f"What to do: {advice(job, _paths(job, ledger))}"
    else:
        yield f"The job was {job.status}."


def advice(job: Job, paths: Mapping[str, str]) -> str:
    """Return what to do about a failure, going by the API's code, parameter and words."""
    said = str(job.error or "").lower()
    words = next((words for sign, words in _ADVICE.items() if sign in said), _ELSE)
    return words.format(train=paths.get("train", "FILE"), validation=paths.get("validation", "FILE"))


def note_ending(job: Job, ledger: Ledger) -> None:
    """Write down how a job of ours ended, once: estimates of time and later commands build on it."""
    if any(line["job"] == job.id for line in ledger.lines("ended")):
        return
    intent = _intent(job, ledger)
    if intent is None:
        return
    ledger.write(
        "ended",
        job=job.id,
        status=job.status,
        model=job.tuned_model,
        base_url=intent["base_url"],
        base_model=intent["base_model"],
        tokens_per_s=_tokens_per_s(job, intent["tokens"]),
    )


def _tokens_per_s(job: Job, tokens: int) -> float | None:
    """Return the speed from creation to end, by our own count of tokens, which is what estimates go by."""
    if job.status != "succeeded" or not job.epochs or not job.finished_at:
        return None
    seconds = job.finished_at - job.created_at
    return tokens * job.epochs / seconds if seconds > 0 else None


def _paths(job: Job, ledger: Ledger) -> Mapping[str, str]:
    intent = _intent(job, ledger)
    paths: Mapping[str, str] = intent["paths"] if intent else {}
    return paths


def _intent(job: Job, ledger: Ledger) -> Mapping[str, Any] | None:
    run_id = next((line["run_id"] for line in ledger.lines("created") if line["job"] == job.id), None)
    return next((line for line in ledger.lines("intent") if line["run_id"] == run_id), None)
