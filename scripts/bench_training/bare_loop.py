"""The way of the tutorials, written for comparison: a loop over transformers and peft, with nothing else around it.

It is given what the engine has, too, so that only the loops differ: the same tokens, the same learnt ones, the same
LoRA layers, number type and threads. Batches are drawn by chance and padded to their longest example.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

import torch

from scripts.bench_training.trained import Trained
from scripts.local_engine.trainer.base_model import calm_libraries, load_base, load_language
from scripts.local_engine.trainer.examples import Example, Item, iterate, read_items, tokens_of
from scripts.local_engine.trainer.order import Order, read_order

_LEARNING_RATE = 5e-4
_NOT_LEARNT = -100


def train(folder: Path) -> Trained:
    """Train as the folder's order says, on each example once, and return what it took."""
    calm_libraries()
    order = read_order(folder)
    language = load_language(order)
    items = read_items(Path(order.training_file), "training_file", "supervised", language, order.max_tokens)
    model = load_base(order, language).model
    started = perf_counter()
    losses = _loop(model, items, order)
    seconds = perf_counter() - started
    return Trained(len(items), tokens_of(items), seconds, fmean(losses[len(losses) // 2 :]))


def _loop(model: Any, items: Sequence[Item], order: Order) -> list[float]:
    optimiser = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=_LEARNING_RATE)
    shuffled = random.Random(order.seed).sample(items, len(items))
    losses = []
    for batch in iterate(shuffled, order.batch_size):
        loss = model(**_padded([example for (example,) in batch], model.device)).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(float(loss.detach()))
    return losses


def _padded(batch: Sequence[Example], device: Any) -> dict[str, Any]:
    width = max(len(example.ids) for example in batch)
    tensors = {
        "input_ids": [[*example.ids, *[0] * (width - len(example.ids))] for example in batch],
        "attention_mask": [[1] * len(example.ids) + [0] * (width - len(example.ids)) for example in batch],
        "labels": [_labels(example, width) for example in batch],
    }
    return {name: torch.tensor(rows, device=device) for name, rows in tensors.items()}


def _labels(example: Example, width: int) -> list[int]:
    said = [id_ if learnt else _NOT_LEARNT for id_, learnt in zip(example.ids, example.learnt, strict=True)]
    return said + [_NOT_LEARNT] * (width - len(said))
