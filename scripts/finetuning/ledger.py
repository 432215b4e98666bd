"""What was asked for, written down before it was asked: a file that only grows, a JSON object a line, on disk at once.

    {"kind": "intent", "at": 1763700000.0, "run_id": "6f...", "key": "a1...", "base_url": "...", ...}
    {"kind": "created", "at": ..., "run_id": "6f...", "job": "ftjob-..."}      or "refused" with "reason"
    {"kind": "ended", "at": ..., "job": "ftjob-...", "status": "succeeded", "model": ..., "tokens_per_s": ...}
    {"kind": "file", "at": ..., "sha256": "9c...", "base_url": "...", "file": "file-..."}
    {"kind": "upload" ...} and {"kind": "part" ...}: see uploading.py

An intent without an answer may have become a paid job: it has to be looked for before anything is asked again. A
process may be killed anywhere: at worst the last line is torn, and what it would have announced did not begin.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(".data/finetuning")


class LedgerBusy(Exception):
    """Another process is at the same thing."""


class BadLedger(Exception):
    """The ledger cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Run:
    """One intent and what became of it. `sent_at` is when it was last about to be sent (seconds since 1970)."""

    run_id: str
    key: str
    sent_at: float
    job: str | None = None
    is_refused: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet if there is a job."""
        return self.job is None and not self.is_refused


class Ledger:
    """The ledger in a folder, which is made when something is written."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Prepare; nothing is read or made yet."""
        self.folder = folder
        self._path = folder / "ledger.jsonl"

    def write(self, kind: str, **facts: Any) -> None:
        """Write a line; when this returns, it is on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"kind": kind, "at": time.time(), **facts}, ensure_ascii=False).encode() + b"\n"
        with self._path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _cut_torn_end(file.fileno())
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        _flush_folder(self.folder)

    def lines(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield the lines of a kind, oldest first. Raises BadLedger."""
        return (line for line in self._read() if line.get("kind") == kind)

    def run(self, key: str) -> Run | None:
        """Return the last run for a wish, None when it was never sent."""
        last: Run | None = None
        for line in self._read():
            last = _after(last, line, key)
        return last

    def open_runs(self, base_url: str) -> list[Run]:
        """Return the runs at an endpoint of which nobody knows yet if there is a job."""
        keys = dict.fromkeys(line["key"] for line in self.lines("intent") if line["base_url"] == base_url)
        return [run for run in map(self.run, keys) if run is not None and run.is_open]

    def tokens_per_s(self, base_url: str, base_model: str) -> float | None:
        """Return how fast trainings of a model went at an endpoint, the middle one of the last five; None without."""
        ended = [
            float(line["tokens_per_s"])
            for line in self.lines("ended")
            if line.get("base_url") == base_url and line.get("base_model") == base_model and line.get("tokens_per_s")
        ]
        return median(ended[-5:]) if ended else None

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Let only one process at a time be at one thing; a killed one lets go. Raises LedgerBusy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f".{key[:32]}.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LedgerBusy("another process is asking for the very same job; wait for it") from error
            yield

    def _read(self) -> Iterator[Mapping[str, Any]]:
        if not self._path.exists():
            return
        whole = self._path.read_bytes()
        for number, line in enumerate(whole[: whole.rfind(b"\n") + 1].splitlines(), start=1):
            try:
                facts = json.loads(line)
            except ValueError as error:
                raise BadLedger(f"{self._path}:{number}: is no JSON; put back what was there") from error
            yield facts


def _after(last: Run | None, line: Mapping[str, Any], key: str) -> Run | None:
    """Return what is known of a wish's last run after one more line."""
    if line["kind"] == "intent" and line["key"] == key:
        return Run(line["run_id"], key, float(line["at"]))
    if last is None or line.get("run_id") != last.run_id:
        return last
    if line["kind"] == "created":
        return Run(last.run_id, key, last.sent_at, job=str(line["job"]))
    return Run(last.run_id, key, last.sent_at, is_refused=True) if line["kind"] == "refused" else last


def _cut_torn_end(descriptor: int) -> None:
    """Cut off a line that was not finished, so that the next one does not grow together with it."""
    size = os.fstat(descriptor).st_size
    tail_at = max(0, size - 1_000_000)
    tail = os.pread(descriptor, size - tail_at, tail_at)
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(descriptor, tail_at + tail.rfind(b"\n") + 1)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
