"""What a training keeps on disk: after each epoch the adapter, and every few seconds all that is needed to go on.

resume.pt                 weights, optimiser and numbers of the last save; replaced as a whole
checkpoints/step-150/     the adapter in both formats
results.csv               the numbers of every step, written at the end
"""

import csv
import io
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import peft
import torch

from scripts.dataset.files import write_whole
from scripts.local_engine.trainer.export import write_adapter
from scripts.local_engine.trainer.order import RESULTS_FILE, RESUME_FILE, checkpoint_folder

_KEPT = 3  # as OpenAI keeps the last three, and here the best one too


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of a step, as in OpenAI's result files; None where nothing was measured."""

    step: int
    train_loss: float
    train_accuracy: float
    valid_loss: float | None = None
    valid_mean_token_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_mean_token_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An adapter as it was after an epoch. Without a validation file the full numbers are None."""

    step: int
    row: Row
    full_valid_loss: float | None
    full_valid_mean_token_accuracy: float | None


@dataclass
class Progress:
    """How far a training is."""

    step: int = 0
    rows: list[Row] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)


def best_of(checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """Return the checkpoint with the lowest validation loss, the earlier one of equals; without validation the last."""
    judged = [checkpoint for checkpoint in checkpoints if checkpoint.full_valid_loss is not None]
    return min(judged, key=lambda checkpoint: checkpoint.full_valid_loss or 0.0) if judged else checkpoints[-1]


def keep(folder: Path, model: Any, progress: Progress) -> None:
    """Write the adapter of the newest checkpoint and delete those that are neither the best nor among the last three.

    Raises OSError when the disk is full.
    """
    place = checkpoint_folder(folder, progress.checkpoints[-1].step)
    part = place.with_name(f".{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write_adapter(part, model)
    shutil.rmtree(place, ignore_errors=True)  # of a run that was killed before it could say so
    part.replace(place)
    best = best_of(progress.checkpoints)
    gone = [checkpoint for checkpoint in progress.checkpoints[:-_KEPT] if checkpoint != best]
    for checkpoint in gone:
        progress.checkpoints.remove(checkpoint)
        shutil.rmtree(checkpoint_folder(folder, checkpoint.step), ignore_errors=True)


def save(folder: Path, model: Any, optimiser: Any, progress: Progress) -> None:
    """Write what is needed to go on from here, whole or not at all. Raises OSError when the disk is full."""
    state = {
        "adapter": peft.get_peft_model_state_dict(model, save_embedding_layers=False),
        "optimiser": optimiser.state_dict(),
        "progress": asdict(progress),
    }
    buffer = io.BytesIO()  # torch's own writing hides that the disk is full
    torch.save(state, buffer)
    part = folder / f".{RESUME_FILE}.part"
    with part.open("wb") as file:
        file.write(buffer.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / RESUME_FILE)


def restore(folder: Path, model: Any, optimiser: Any, device: str) -> Progress:
    """Bring model and optimiser to where the last save was, and return how far that is; a fresh start without one."""
    path = folder / RESUME_FILE
    if not path.is_file():
        return Progress()
    state = torch.load(path, map_location=device, weights_only=True)
    peft.set_peft_model_state_dict(model, state["adapter"])
    optimiser.load_state_dict(state["optimiser"])
    stored = state["progress"]
    return Progress(
        stored["step"],
        [Row(**row) for row in stored["rows"]],
        [Checkpoint(**{**kept, "row": Row(**kept["row"])}) for kept in stored["checkpoints"]],
    )


def write_results(folder: Path, rows: Sequence[Row]) -> None:
    """Write the numbers of every step as CSV, under the names that OpenAI's result files have."""
    text = io.StringIO()
    names = [field.name for field in fields(Row)]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _shown(getattr(row, name)) for name in names} for row in rows)
    write_whole(folder / RESULTS_FILE, text.getvalue())


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:.5f}" if isinstance(number, float) else str(number)
