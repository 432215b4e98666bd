"""The training loop: learn a batch, measure, tell, keep; from the start or from the last save."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch

from scripts.local_engine.trainer.base_model import Base
from scripts.local_engine.trainer.batches import plan_epoch, split_batch
from scripts.local_engine.trainer.checkpoints import Checkpoint, Progress, Row, keep, restore, save
from scripts.local_engine.trainer.examples import Item
from scripts.local_engine.trainer.objectives import Objective
from scripts.local_engine.trainer.order import Order
from scripts.local_engine.trainer.wire import Wire

_LEARNING_RATE = 5e-4  # at a multiplier of 1
_WARM_UP = 0.05  # of all steps
_LAST_RATE = 0.1  # of the learning rate, reached at the last step
_CLIP = 1.0
_SAVE_EVERY_S = 20.0
_VALIDATE_EVERY = 10  # steps; on a few examples, all of them after each epoch
_PART_TOKENS = {"cpu": 768, "cuda": 16_384}  # of a batch at once: 2 MB a token, and 4 GB must do on a processor


class Mean(NamedTuple):
    """Loss and accuracy for each token, or for each pair with DPO."""

    loss: float
    accuracy: float


_UNMEASURED = (None, None)


@dataclass(frozen=True)
class Training:
    """Everything the loop works with. `validation` may be empty."""

    order: Order
    base: Base
    objective: Objective
    examples: Sequence[Item]
    validation: Sequence[Item]
    folder: Path
    wire: Wire

    @property
    def epoch_steps(self) -> int:
        """The batches of an epoch."""
        return math.ceil(len(self.examples) / self.order.batch_size)

    @property
    def total_steps(self) -> int:
        """The batches of all epochs."""
        return self.epoch_steps * self.order.n_epochs


def train(training: Training) -> Progress | None:
    """Train to the end and return what was reached, or None when a pause was asked for. Raises OSError: disk full."""
    model = training.base.model
    optimiser = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], weight_decay=0.0)
    progress = restore(training.folder, model, optimiser, training.base.device)
    _tell_start(training, progress)
    saved_at = time.monotonic()
    while progress.step < training.total_steps:
        _step(training, optimiser, progress)
        is_due = time.monotonic() - saved_at > _SAVE_EVERY_S or training.wire.is_pause_asked
        if is_due or progress.step % training.epoch_steps == 0:
            save(training.folder, model, optimiser, progress)
            saved_at = time.monotonic()
        if training.wire.is_pause_asked and progress.step < training.total_steps:
            training.wire.tell("paused", step=progress.step)
            return None
    return progress


def learning_rate(step: int, total: int, peak: float) -> float:
    """Return the rate of step 1..total: up to `peak` over the first steps, then down along a cosine to a tenth."""
    warm_up = max(1, round(total * _WARM_UP))
    if step <= warm_up:
        return peak * step / warm_up
    done = (step - warm_up) / max(1, total - warm_up)
    return peak * (_LAST_RATE + (1 - _LAST_RATE) * (1 + math.cos(math.pi * done)) / 2)


def _tell_start(training: Training, progress: Progress) -> None:
    training.wire.tell("started", step=progress.step, total_steps=training.total_steps, device=training.base.device)
    for checkpoint in progress.checkpoints:  # whoever listened before may have died before hearing of it
        _tell_checkpoint(training.wire, checkpoint)


def _step(training: Training, optimiser: Any, progress: Progress) -> None:
    """Learn one batch, and after the last one of an epoch keep the adapter."""
    step = progress.step + 1
    peak = _LEARNING_RATE * training.order.learning_rate_multiplier
    optimiser.param_groups[0]["lr"] = learning_rate(step, training.total_steps, peak)
    learnt = _learn(training, optimiser, _batch(training, step))
    is_epoch_end = step % training.epoch_steps == 0
    quick = _quick_validation(training) if step % _VALIDATE_EVERY == 0 or is_epoch_end else None
    full = _measure(training, training.validation) if is_epoch_end and training.validation else None
    row = Row(step, *learnt, *(quick or _UNMEASURED), *(full or _UNMEASURED))
    progress.step = step
    progress.rows.append(row)
    _tell_step(training, row, full)
    if is_epoch_end:
        progress.checkpoints.append(Checkpoint(step, row, *(full or _UNMEASURED)))
        keep(training.folder, training.base.model, progress)
        _tell_checkpoint(training.wire, progress.checkpoints[-1])


def _batch(training: Training, step: int) -> Sequence[Item]:
    epoch, place = divmod(step - 1, training.epoch_steps)
    order = training.order
    return plan_epoch(training.examples, order.batch_size, order.seed, epoch)[place]


def _learn(training: Training, optimiser: Any, batch: Sequence[Item]) -> Mean:
    """Go one step down the mean loss of a batch, part by part, and return what it was before."""
    size = training.objective.size(batch)
    loss, hits = 0.0, 0
    for part in split_batch(batch, _PART_TOKENS[training.base.device]):
        score = training.objective.score(training.base, part)
        (score.loss / size).backward()
        loss, hits = loss + float(score.loss.detach()), hits + score.hits
    torch.nn.utils.clip_grad_norm_(optimiser.param_groups[0]["params"], _CLIP)
    optimiser.step()
    optimiser.zero_grad()
    return Mean(loss / size, hits / size)


def _quick_validation(training: Training) -> Mean | None:
    """Measure on as many examples as a batch has, always the same ones, so that the numbers can be compared."""
    few = training.validation[: training.order.batch_size]
    return _measure(training, few) if few else None


def _measure(training: Training, items: Sequence[Item]) -> Mean:
    loss, hits = 0.0, 0
    with torch.inference_mode():
        for part in split_batch(items, _PART_TOKENS[training.base.device]):
            score = training.objective.score(training.base, part)
            loss, hits = loss + float(score.loss.detach()), hits + score.hits
    size = training.objective.size(items)
    return Mean(loss / size, hits / size)


def _tell_step(training: Training, row: Row, full: Mean | None) -> None:
    training.wire.tell("step", total_steps=training.total_steps, metrics=_metrics(row, full or _UNMEASURED))


def _tell_checkpoint(wire: Wire, checkpoint: Checkpoint) -> None:
    full = (checkpoint.full_valid_loss, checkpoint.full_valid_mean_token_accuracy)
    wire.tell("checkpoint", step=checkpoint.step, metrics=_metrics(checkpoint.row, full))


def _metrics(row: Row, full: tuple[float | None, float | None]) -> dict[str, float]:
    """Return the numbers of a step under OpenAI's names, without those that were not measured."""
    numbers = {
        "step": row.step,
        "train_loss": row.train_loss,
        "train_mean_token_accuracy": row.train_accuracy,
        "valid_loss": row.valid_loss,
        "valid_mean_token_accuracy": row.valid_mean_token_accuracy,
        "full_valid_loss": full[0],
        "full_valid_mean_token_accuracy": full[1],
    }
    return {name: round(number, 5) for name, number in numbers.items() if number is not None}
