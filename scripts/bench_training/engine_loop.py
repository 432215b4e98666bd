"""The engine's way: its trainer as the service starts it, watched through what it tells the service."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

from scripts.bench_training.trained import Trained
from scripts.dataset.lines import read_lines
from scripts.local_engine.children import end_child, start_child
from scripts.local_engine.job_queue import TRAINER
from scripts.local_engine.trainer.order import read_order


class TrainerFailed(Exception):
    """The trainer did not train; the message says why."""


def train(folder: Path) -> Trained:
    """Train as the folder's order says and return what it took, saves and the adapter's files included.

    Raises TrainerFailed.
    """
    examples = sum(1 for _ in read_lines(Path(read_order(folder).training_file)))
    lines = dict[str, tuple[float, Mapping[str, Any]]]()
    losses = []
    for at, line in _told(folder):
        lines[line["kind"]] = (at, line)
        if line["kind"] == "step":
            losses.append(line["metrics"]["train_loss"])
    if "done" not in lines:
        raise TrainerFailed(lines["failed"][1]["message"] if "failed" in lines else "the trainer crashed")
    seconds = lines["done"][0] - lines["started"][0]
    return Trained(examples, lines["done"][1]["trained_tokens"], seconds, fmean(losses[len(losses) // 2 :]))


def _told(folder: Path) -> Iterator[tuple[float, Mapping[str, Any]]]:
    """Yield what the trainer tells, each line with the time when it came."""
    child = start_child([*TRAINER, str(folder)])
    try:
        for text in child.stdout or ():
            yield perf_counter(), json.loads(text)
    finally:
        end_child(child)
