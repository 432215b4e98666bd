"""A job's events as they come, each shown once, until the job has ended; through lost connections and restarts.

What was shown is written down beside the ledger (`<job>.shown`, an id a line), so that the next look goes on there. It
is written after it was shown: a process killed between the two shows one event twice rather than none.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scripts.endpoint import TryLater
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.patience import Say
from scripts.finetuning.records import Event, Job
from scripts.generation.asking import Patience

_LAST_LOOK_S = 0.5  # an event may be filed a moment after the status that ends the job
_ENOUGH_KNOWN = 20
_SLOWEST = 6  # waits double up to this one: half a minute


class Watcher(Protocol):
    """Shows what happens: each event once, and the job after each look."""

    def event(self, event: Event) -> None:
        """Show an event."""

    def job(self, job: Job) -> None:
        """Show how the job stands."""


def _patience() -> Patience:
    return Patience(first_pause_s=1.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, and how to wait when the endpoint does not answer."""

    every_s: float = 3.0
    patience: Patience = field(default_factory=_patience)
    sleep: Callable[[float], None] = time.sleep


class Shown:
    """Which events of a job were shown already, on disk."""

    def __init__(self, folder: Path, job_id: str, *, from_start: bool) -> None:
        """Read what was shown; `from_start` forgets it."""
        self._path = folder / f"{''.join(c for c in job_id if c.isalnum() or c in '-_')}.shown"
        if from_start:
            self._path.unlink(missing_ok=True)
        self._ids = set(self._path.read_text(encoding="utf-8").split()) if self._path.exists() else set()

    def __contains__(self, event: Event) -> bool:
        return event.id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, event: Event) -> None:
        """Write down that an event was shown."""
        self._ids.add(event.id)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{event.id}\n")
            file.flush()
            os.fsync(file.fileno())


def follow(job_id: str, endpoint: Endpoint, shown: Shown, watcher: Watcher, say: Say, pace: Pace) -> Job:
    """Show the events of a job until it has ended, and return it as it ended.

    A status that is not known is not the end. Raises CallFailed and RunStopped (no such job, a wrong key); never
    TryLater: an endpoint that is away is waited for.
    """
    looks = _Looks(job_id, endpoint, shown, say, pace)
    had_ended = False
    while True:
        job, events = looks.next()
        for event in events:
            watcher.event(event)
            shown.add(event)
        watcher.job(job)
        if had_ended:
            return job
        had_ended = job.has_ended
        pace.sleep(min(pace.every_s, _LAST_LOOK_S) if had_ended else pace.every_s)


class _Looks:
    """Looks at a job again and again; where the endpoint is away, until it is back."""

    def __init__(self, job_id: str, endpoint: Endpoint, shown: Shown, say: Say, pace: Pace) -> None:
        self._job_id = job_id
        self._endpoint = endpoint
        self._shown = shown
        self._say = say
        self._pace = pace

    def next(self) -> tuple[Job, list[Event]]:
        """Return the job and what happened since the last look."""
        lost = 0
        while True:
            try:
                job = self._endpoint.job(self._job_id)
                events = new_events(self._job_id, self._endpoint, self._shown)
            except TryLater as later:
                lost += 1
                if lost == 1:
                    self._say(f"{later}; waiting for the endpoint")
                self._pace.sleep(later.wait_s or self._pace.patience.pause_s(min(lost, _SLOWEST)))
                continue
            if lost:
                self._say("the endpoint answers again")
            return job, events


def new_events(job_id: str, endpoint: Endpoint, shown: Shown) -> list[Event]:
    """Return the events that were not shown yet, oldest first.

    The API lists the newest first. Pages are read on until a known event has been met and nothing new follows within
    a page's length: events of the same second may be filed out of order.
    """
    fresh: list[Event] = []
    known_in_a_row = 0
    for event in endpoint.events(job_id):
        known_in_a_row = known_in_a_row + 1 if event in shown else 0
        if not known_in_a_row:
            fresh.append(event)
        elif known_in_a_row >= _ENOUGH_KNOWN:
            break
    return fresh[::-1]
