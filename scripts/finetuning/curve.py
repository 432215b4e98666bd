"""The losses of a training from its result file, and what they say about overfitting.

Result files are CSV with a line a step; what their columns are called differs by era, so they are read by header:
step, train_loss, valid_loss, full_valid_loss (fine_tuning.jobs) or training_loss, validation_loss (the older API).
OpenAI also serves them in base64.
"""

import base64
import binascii
import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

Judgement = Literal["fits", "overfits", "memorises", "learns_little", "unknown"]

_STEP = ("step",)
_TRAIN = ("train_loss", "training_loss", "loss")
_VALID = ("valid_loss", "validation_loss", "eval_loss")
_FULL_VALID = ("full_valid_loss", "full_validation_loss")

_RISE = 1.1  # of the validation loss over its lowest: noise of small validation files stays below
_RATIO = 1.5  # of validation to training loss at the end: from here on the examples are known by heart
_FALL = 0.98  # of the training loss at the end to the begin
_END_SHARE = 10  # the last tenth of the steps stands for the end


class BadResults(Exception):
    """The file holds no losses; the message says what it holds."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Losses by step, each as (step, loss) in the order of steps. `valid` is empty without a validation file.

    `is_full` tells that each validation loss is of the whole validation file rather than of one batch.
    """

    train: Sequence[tuple[int, float]]
    valid: Sequence[tuple[int, float]]
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the losses say. `ratio`: validation to training loss at the end. `best_step` has the lowest validation."""

    judgement: Judgement
    words: str
    train_loss: float | None
    valid_loss: float | None
    ratio: float | None
    best_step: int | None
    best_valid_loss: float | None


def read_curve(content: bytes) -> Curve:
    """Read a result file. Raises BadResults when it has no losses."""
    rows = _rows(content)
    train, valid, full = (_series(rows, names) for names in (_TRAIN, _VALID, _FULL_VALID))
    if not train and not valid and not full:
        columns = ", ".join(rows[0]) if rows else "no lines"
        raise BadResults(f"the result file has no loss column; it has: {columns}")
    return Curve(train, full or valid, is_full=bool(full))


def judge(curve: Curve) -> Verdict:
    """Say whether the model learns, generalises or learns by heart."""
    train_end, valid_end = _end(curve.train), _end(curve.valid)
    best = min(curve.valid, key=lambda point: point[1], default=None)
    ratio = valid_end / train_end if valid_end is not None and train_end else None
    judgement, words = _judge(curve, train_end, valid_end, best, ratio)
    best_step, best_loss = best or (None, None)
    return Verdict(judgement, words, train_end, valid_end, ratio, best_step, best_loss)


def _judge(
    curve: Curve, train: float | None, valid: float | None, best: tuple[int, float] | None, ratio: float | None
) -> tuple[Judgement, str]:
    if valid is None or best is None:
        return "unknown", "No validation losses: give --validation to see whether the model learns or memorises."
    if len(curve.valid) > 1 and valid > best[1] * _RISE:
        rise = 100 * (valid / best[1] - 1) if best[1] else math.inf
        return "overfits", (
            f"Overfits: the validation loss was lowest at step {best[0]} ({best[1]:.3f}) and has risen by {rise:.0f}% "
            "since. Use the checkpoint of that step, or fewer epochs."
        )
    if ratio is not None and ratio > _RATIO:
        return "memorises", (
            f"Learns by heart: at the end the validation loss is {ratio:.1f} times the training loss, though it has "
            "not risen. More different examples help, or fewer epochs."
        )
    if train is not None and len(curve.train) > 1 and train > curve.train[0][1] * _FALL:
        return "learns_little", "Learns little: the training loss has hardly fallen. Try more epochs."
    return "fits", "Fits: the validation loss goes down with the training loss."


def _rows(content: bytes) -> list[Mapping[str, str]]:
    text = _decoded(content).decode("utf-8-sig", errors="replace")
    return [{_name(key): value or "" for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))]


def _decoded(content: bytes) -> bytes:
    """Return the CSV, out of base64 where it is in it: a header of several columns is none."""
    if b"," in content:
        return content
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        return content


def _name(header: str) -> str:
    return header.strip().lower().replace(" ", "_")


def _series(rows: Iterable[Mapping[str, str]], names: Sequence[str]) -> list[tuple[int, float]]:
    """Return the points of the first of the named columns that a row has; empty cells and NaN are left out."""
    points = {}
    for number, row in enumerate(rows, start=1):
        step = _number(row, _STEP)
        loss = _number(row, names)
        if loss is not None:
            points[number if step is None else int(step)] = loss
    return sorted(points.items())


def _number(row: Mapping[str, str], names: Sequence[str]) -> float | None:
    text = next((row[name] for name in names if row.get(name)), "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e9 and number >= 0 else None


def _end(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the mean of the last tenth of the points: single steps are noisy."""
    last = points[-max(1, len(points) // _END_SHARE) :]
    return fmean(loss for _, loss in last) if last else None
