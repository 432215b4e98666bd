"""What is learnt of a batch: to say the learnt tokens (supervised), or one answer rather than another (DPO).

Only learnt positions go through the model's last, largest layer: with 49,152 words it is a fifth of the work. Lengths
are rounded up, because oneDNN keeps a program for each shape that it has met: unrounded, memory grew by 5 MB a step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from scripts.local_engine.trainer.base_model import Base
from scripts.local_engine.trainer.examples import Example, Item
from scripts.local_engine.trainer.order import Order

_ROUND = 32


@dataclass(frozen=True, slots=True)
class Score:
    """Sums over a part of a batch: `loss` is a tensor to go back from; `hits` of `count` were the likeliest."""

    loss: Any
    hits: int
    count: int


@dataclass(frozen=True, slots=True)
class Objective:
    """`score` runs the model over items; `size` is the `count` that it will give for them."""

    score: Callable[[Base, Sequence[Item]], Score]
    size: Callable[[Sequence[Item]], int]


def objective_of(order: Order) -> Objective:
    """Return what the order asks to learn."""
    return Objective(_dpo(order.beta), len) if order.method == "dpo" else Objective(_supervised, _learnt_tokens)


def _supervised(base: Base, items: Sequence[Item]) -> Score:
    """Score how surprising the learnt tokens are; counted are tokens."""
    said = _said(base, [example for item in items for example in item])
    return Score(-said.log_chances.sum(), int(said.is_likeliest.sum()), len(said.rows))


def _learnt_tokens(items: Sequence[Item]) -> int:
    return sum(sum(example.learnt[1:]) for item in items for example in item)


def _dpo(beta: float) -> Callable[[Base, Sequence[Item]], Score]:
    """Score by how much more than its base the model prefers the first answer of each pair; counted are pairs.

    Rafailov et al., "Direct Preference Optimization" (2023), equation 7; the base is the model without its adapter.
    """

    def score(base: Base, items: Sequence[Item]) -> Score:
        rows = [example for item in items for example in item]
        with torch.no_grad(), base.model.disable_adapter():
            reference = _row_sums(_said(base, rows), len(rows))
        shift = (_row_sums(_said(base, rows), len(rows)) - reference).view(-1, 2)
        margin = shift[:, 0] - shift[:, 1]
        return Score(-functional.logsigmoid(beta * margin).sum(), int((margin > 0).sum()), len(items))

    return score


@dataclass(frozen=True, slots=True)
class _Said:
    """For every learnt token: its log chance, whether no other was likelier, and the row it stands in."""

    log_chances: Any
    is_likeliest: Any
    rows: Any


def _said(base: Base, rows: Sequence[Example]) -> _Said:
    ids = _padded([row.ids for row in rows], 0).to(base.device)
    is_read = _padded([bytes([1]) * len(row.ids) for row in rows], 0).to(base.device)
    learnt = _padded([row.learnt for row in rows], 0)[:, 1:].bool().to(base.device)
    inner = base.model.get_base_model()
    hidden = inner.get_decoder()(input_ids=ids, attention_mask=is_read).last_hidden_state[:, :-1]
    places = learnt.flatten().nonzero()[:, 0]
    rounded = functional.pad(places, (0, -len(places) % _ROUND))
    scores = inner.get_output_embeddings()(hidden.flatten(0, 1)[rounded])[: len(places)].float()
    targets = ids[:, 1:].flatten()[places]
    log_chances = -functional.cross_entropy(scores, targets, reduction="none")
    return _Said(log_chances, scores.argmax(-1) == targets, learnt.nonzero()[:, 0])


def _row_sums(said: _Said, count: int) -> Any:
    return torch.zeros(count, device=said.rows.device).index_add(0, said.rows, said.log_chances)


def _padded(rows: Sequence[Sequence[int]], filler: int) -> Any:
    width = -(-max(map(len, rows)) // _ROUND) * _ROUND
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])
