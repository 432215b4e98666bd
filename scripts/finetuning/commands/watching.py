"""follow, list, show, events, checkpoints: what jobs do and have done."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import click

from scripts.finetuning.commands.wiring import at_desk, json_option, say, show
from scripts.finetuning.endings import ending, note_ending
from scripts.finetuning.following import Pace, Shown, follow
from scripts.finetuning.live import event_line, live
from scripts.finetuning.records import Job
from scripts.finetuning.tables import best_checkpoint, checkpoints_table, job_lines, jobs_table
from scripts.generation.stopping import INTERRUPTED


@click.command(
    name="follow",
    epilog="""\b
Exit code: 0 the job succeeded, 1 it failed or was cancelled, 130 stopped by Ctrl-C while the job goes on.

\b
example:
  python -m scripts.finetune follow ftjob-abc123""",
)
@click.argument("job_id", metavar="JOB")
@click.option("--every", type=click.FloatRange(0.05), default=3.0, show_default=True, help="Seconds between looks.")
@click.option("--from-start", is_flag=True, help="Show events again that were shown before.")
@json_option
def follow_job(job_id: str, every: float, from_start: bool, as_json: bool) -> None:
    """Show the events of a job as they come, until it has ended. Ctrl-C stops the looking, not the job.

    With --json a line for each event, {"event": ...}, and at last {"job": ...}.
    """
    with at_desk() as desk:
        shown = Shown(desk.ledger.folder, job_id, from_start=from_start)
        if len(shown):
            say(f"{len(shown)} events were shown before; --from-start shows them again")
        try:
            with _stoppable(), live(say, as_json=as_json) as watcher:
                job = follow(job_id, desk.endpoint, shown, watcher, say, Pace(every))
        except KeyboardInterrupt:
            say(f"Stopped looking; {job_id} goes on. To look again: python -m scripts.finetune follow {job_id}")
            say(f"To stop the job: python -m scripts.finetune cancel {job_id}")
            sys.exit(INTERRUPTED)
        note_ending(job, desk.ledger)
        _tell_ending(job, list(ending(job, desk.ledger)), as_json=as_json)
    sys.exit(0 if job.status == "succeeded" else 1)


@click.command(name="list", epilog="\b\nexample:\n  python -m scripts.finetune list --limit 5")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@json_option
def list_jobs(limit: int, as_json: bool) -> None:
    """List jobs, newest first."""
    with at_desk() as desk:
        jobs = desk.look(lambda: desk.endpoint.jobs(limit))
    show([job.record for job in jobs], jobs_table(jobs) if jobs else "no jobs", as_json=as_json)


@click.command(name="show", epilog="\b\nexample:\n  python -m scripts.finetune show ftjob-abc123")
@click.argument("job_id", metavar="JOB")
@json_option
def show_job(job_id: str, as_json: bool) -> None:
    """Show everything that is known of a job."""
    with at_desk() as desk:
        job = desk.look(lambda: desk.endpoint.job(job_id))
        if job.has_ended:
            note_ending(job, desk.ledger)
    show(job.record, job_lines(job), as_json=as_json)


@click.command(epilog="\b\nexample:\n  python -m scripts.finetune events ftjob-abc123 --limit 20")
@click.argument("job_id", metavar="JOB")
@click.option("--limit", type=click.IntRange(1), help="Only the newest ones.")
@json_option
def events(job_id: str, limit: int | None, as_json: bool) -> None:
    """List the events of a job, oldest first."""
    with at_desk() as desk:
        found = desk.look(lambda: list(islice(desk.endpoint.events(job_id), limit)))[::-1]
    show([event.record for event in found], "\n".join(map(event_line, found)), as_json=as_json)


@click.command(epilog="\b\nexample:\n  python -m scripts.finetune checkpoints ftjob-abc123")
@click.argument("job_id", metavar="JOB")
@json_option
def checkpoints(job_id: str, as_json: bool) -> None:
    """List the checkpoints of a job; the one with the lowest validation loss is marked."""
    with at_desk() as desk:
        found = desk.look(lambda: desk.endpoint.checkpoints(job_id))
    best = best_checkpoint(found)
    record = {"checkpoints": [checkpoint.record for checkpoint in found], "best": best.id if best else None}
    show(record, checkpoints_table(found) if found else "no checkpoints yet", as_json=as_json)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt, also in the background, where a shell has SIGINT ignored."""
    former = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _tell_ending(job: Job, lines: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"job": job.record}, ensure_ascii=False))
    for line in lines:
        say(line)
