"""cancel, pause, resume: change a running job. Doing it twice does no harm and is no error."""

import click

from scripts.endpoint import CallFailed
from scripts.finetuning.commands.wiring import Desk, at_desk, json_option, say, show
from scripts.finetuning.records import Job

_REACHED = {
    "cancel": frozenset({"cancelled"}),
    "pause": frozenset({"paused"}),
    "resume": frozenset({"running", "queued", "validating_files"}),
}


def _command(action: str, meaning: str) -> click.Command:
    @click.command(
        name=action, help=meaning, epilog=f"\b\nexample:\n  python -m scripts.finetune {action} ftjob-abc123"
    )
    @click.argument("job_id", metavar="JOB")
    @json_option
    def steer(job_id: str, as_json: bool) -> None:
        with at_desk() as desk:
            job = _steered(desk, job_id, action)
        show(job.record, f"{job.id}: {job.status.replace('_', ' ')}", as_json=as_json)

    return steer


def _steered(desk: Desk, job_id: str, action: str) -> Job:
    """Return the job after the action; one that stands there already is left alone."""
    try:
        return desk.look(lambda: desk.endpoint.steer(job_id, action))
    except CallFailed as failed:
        if failed.status == 404:
            raise
        job = desk.look(lambda: desk.endpoint.job(job_id))
        if job.status not in _REACHED[action]:
            raise CallFailed(f"{failed} ({job.id} is {job.status})", failed.status, failed.code) from failed
        say(f"{job.id} was {job.status} already")
        return job


cancel = _command("cancel", "Cancel a job. What it has trained so far may be billed.")
pause = _command("pause", "Pause a job; its checkpoints so far can be asked.")
resume = _command("resume", "Let a paused job go on.")
