"""The engine's two workers: one checks the files of new jobs, the other trains, one job at a time, oldest first.

What is to be done stands in the database only. So a killed engine goes on where it was, and of several engines over one
folder the one that holds the lock works, and another takes over when it is gone.
"""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.local_engine.children import end_child, module_command, start_child
from scripts.local_engine.errors import EngineError
from scripts.local_engine.inference import Inference
from scripts.local_engine.trainer.wire import PAUSE
from scripts.local_engine.trainings import Trainings
from scripts.local_engine.validation import Problem

TRAINER = module_command("scripts.local_engine.trainer")
_POLL_S = 0.3
_PAUSE_S = 5.0


class Queue:
    """The workers. They run from `start` to `stop`."""

    def __init__(
        self, folder: Path, trainings: Trainings, inference: Inference, trainer: Sequence[str] = TRAINER
    ) -> None:
        """Work in `folder`; `trainer` is the command that a job's folder is appended to."""
        self._folder = folder
        self._trainings = trainings
        self._inference = inference
        self._trainer = trainer
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=work, daemon=True)
            for work in (
                (trainings.validate, "validating_files"),
                (self._train, "running", "queued"),  # running: an engine was killed, or a trainer crashed
            )
        ]

    def start(self) -> None:
        """Begin to work."""
        threading.Thread(target=self._work_when_alone, daemon=True).start()

    def stop(self) -> None:
        """Stop working; a running job goes on at the next start."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=10)

    def _work_when_alone(self) -> None:
        """Wait until no other engine works in this folder. The lock is gone with the process, however it ends."""
        lock = sqlite3.connect(self._folder / "queue.lock", isolation_level=None, timeout=0, check_same_thread=False)
        while not self._stopping.wait(_POLL_S):
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                continue
            for thread in self._threads:
                thread.start()
            self._stopping.wait()
        lock.close()

    def _work(self, work: Callable[[sqlite3.Row], None], *statuses: str) -> None:
        """Do one job after the other; a database that cannot be written is said, and waited for."""
        while not self._stopping.is_set():
            try:
                job = self._trainings.next(*statuses)
                if job is not None:
                    self._attempt(work, job)
                    self._trainings.tell_places()
                    continue
            except sqlite3.Error as error:
                print(f"The queue cannot go on for now: {error}", file=sys.stderr)
                self._stopping.wait(_PAUSE_S)
            self._stopping.wait(_POLL_S)

    def _attempt(self, work: Callable[[sqlite3.Row], None], job: sqlite3.Row) -> None:
        try:
            work(job)
        except (OSError, ValueError) as error:
            self._trainings.fail(job["id"], Problem("engine_error", f"{error}; check the disk, create the job anew"))

    def _train(self, job: sqlite3.Row) -> None:
        if self._trainings.begin(job):
            self._trainings.tell_places()
            self._run(job)
            self._trainings.tidy(job["id"])

    def _run(self, job: sqlite3.Row) -> None:
        """Run the trainer until it has said how it ended, crashed, or was stopped."""
        folder = self._trainings.folder(job["id"])
        with (folder / "trainer.log").open("ab") as log:
            child = start_child([*self._trainer, str(folder)], log)
        watcher = threading.Thread(target=self._watch, args=(job["id"], child), daemon=True)
        watcher.start()
        try:
            is_over = _Lines(self._trainings, self._inference, job).follow(child)
        finally:
            end_child(child)
            watcher.join()
        if not is_over and not self._stopping.is_set():
            self._trainings.survive(job["id"], child.returncode)

    def _watch(self, job_id: str, child: "subprocess.Popen[str]") -> None:
        """Tell the trainer to pause, or end it, as soon as the job's status says so."""
        is_told = False
        while child.poll() is None:
            status = self._trainings.status(job_id)
            if self._stopping.is_set() or status in {"cancelled", "failed"}:
                child.kill()
            elif status == "paused" and not is_told and child.stdin is not None:
                is_told = True
                _say(child, PAUSE)
            time.sleep(_POLL_S)


class _Lines:
    """What one trainer says, put into the job."""

    def __init__(self, trainings: Trainings, inference: Inference, job: sqlite3.Row) -> None:
        self._trainings = trainings
        self._inference = inference
        self._job = job
        self._first: tuple[float, int] | None = None

    def follow(self, child: "subprocess.Popen[str]") -> bool:
        """Take lines until the trainer's stdout ends; return whether it said how it ended."""
        is_over = False
        for text in child.stdout or ():
            is_whole = text.endswith("\n")  # not when it was killed in the middle
            if is_whole and self._trainings.status(self._job["id"]) != "cancelled":
                is_over = self._take(json.loads(text)) or is_over
        return is_over

    def _take(self, line: Mapping[str, Any]) -> bool:
        kind, job_id = line["kind"], self._job["id"]
        if kind == "started":
            self._trainings.tell_start(job_id, line)
        elif kind == "step":
            self._trainings.tell_step(job_id, line, self._step_s(line["metrics"]["step"]))
        elif kind == "checkpoint":
            self._trainings.tell_checkpoint(self._job, line)
        elif kind == "failed":
            self._trainings.fail(job_id, Problem(line["code"], line["message"], line["param"]))
        elif kind == "done":
            self._finish(line)
        return kind in {"failed", "done", "paused"}

    def _finish(self, line: Mapping[str, Any]) -> None:
        """Make the model known once it is loaded, so that whoever hears of it can ask it."""
        job_id = self._job["id"]
        try:
            self._inference.load(self._trainings.adapters_with(job_id, line["step"]))
        except EngineError as error:
            self._trainings.fail(job_id, Problem("adapter_not_loaded", str(error)))
            return
        self._trainings.succeed(self._job, line)

    def _step_s(self, step: int) -> float | None:
        """Return the seconds that a step took on average, since this trainer's first one."""
        at = time.monotonic()
        if self._first is None:
            self._first = (at, step)
            return None
        return (at - self._first[0]) / max(1, step - self._first[1])


def _say(child: "subprocess.Popen[str]", word: str) -> None:
    try:
        if child.stdin is not None:
            child.stdin.write(word)
            child.stdin.flush()
    except OSError:
        return  # it has just ended
