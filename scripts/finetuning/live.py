"""How a job looks while it runs: its events as lines on stdout, and on a terminal a bar below them."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from scripts.finetuning.quote import duration
from scripts.finetuning.records import Event, Job

Say = Callable[[str], None]


class Live:
    """Shows a job (it is a `following.Watcher`)."""

    def __init__(self, say: Say, bar: Progress | None, *, as_json: bool) -> None:
        """Take what to say things with, and a bar where there is a terminal."""
        self._say = say
        self._bar = bar
        self._task = bar.add_task("waiting", total=None, note="") if bar else None
        self._as_json = as_json
        self._status = ""
        self._last: Event | None = None
        self._began: tuple[int, int] | None = None

    def event(self, event: Event) -> None:
        """Print an event, and keep what it tells of a step."""
        click.echo(json.dumps({"event": event.record}, ensure_ascii=False) if self._as_json else event_line(event))
        sys.stdout.flush()
        if event.step is not None:
            self._last = event
            self._began = self._began or (event.step, event.created_at)

    def job(self, job: Job) -> None:
        """Show the status when it has changed, and move the bar."""
        if job.status != self._status:
            self._status = job.status
            self._say(status_line(job))
        if self._bar is not None and self._task is not None:
            last = self._last
            self._bar.update(
                self._task,
                description=job.status,
                completed=last.step if last and last.step else 0,
                total=last.steps if last else None,
                note=self._note(job),
            )

    def _note(self, job: Job) -> str:
        last = self._last
        losses = (("loss", last.train_loss), ("validation", last.valid_loss)) if last else ()
        words = [f"{name} {loss:.3f}" for name, loss in losses if loss is not None]
        finish = job.estimated_finish or self._guess()
        if finish and not job.has_ended:
            words.append(f"done at {datetime.fromtimestamp(finish).astimezone():%H:%M}, {_left(finish)}")
        return ", ".join(words)

    def _guess(self) -> int | None:
        """Return when it will be done by the pace of its steps so far; None before there is a pace."""
        last = self._last
        if last is None or last.step is None or not last.steps or self._began is None or last.step <= self._began[0]:
            return None
        per_step = (last.created_at - self._began[1]) / (last.step - self._began[0])
        return int(last.created_at + per_step * (last.steps - last.step))


@contextmanager
def live(say: Say, *, as_json: bool) -> Iterator[Live]:
    """Show a job until the block ends."""
    console = Console(stderr=True, emoji=False)
    if as_json or not console.is_terminal:
        yield Live(say, None, as_json=as_json)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        yield Live(say, bar, as_json=False)


def event_line(event: Event) -> str:
    """Return an event on one line: time, level where it matters, words."""
    at = f"{datetime.fromtimestamp(event.created_at).astimezone():%Y-%m-%d %H:%M:%S}"
    level = "" if event.level == "info" else f"{event.level}: "
    return f"{at}  {level}{event.message}"


def status_line(job: Job) -> str:
    """Return how a job stands; for one that waits for somebody, what to do."""
    if job.status == "paused":
        return f"{job.id} is paused; it goes on with: python -m scripts.finetune resume {job.id}"
    return f"{job.id}: {job.status.replace('_', ' ')}"


def _left(finish: int) -> str:
    seconds = finish - time.time()
    return f"{duration(seconds)} left" if seconds > 0 else "any moment"
