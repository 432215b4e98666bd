"""Tuned against prompted, item by item: who wins, and where most clearly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from scripts.evaluation.judge import Winner
from scripts.evaluation.measures import SHARES, Numbers
from scripts.evaluation.types import Item

Result = Literal["win", "loss", "even"]

_CLEAR = 0.05  # of 2 points: below, chrF wavers by chance
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Duel:
    """One item: `lead` is the tuned answer's points less the prompted one's, from -2 to 2."""

    item: Item
    result: Result
    lead: float


def points(numbers: Numbers) -> float:
    """Return what an answer is worth: the share of checks that it passes, and chrF, from 0 to 1 each."""
    checks = [value for name, value in numbers.items() if name in SHARES]
    return (fmean(checks) if checks else 0.0) + numbers.get("chrf", 0.0) / 100


def duels(
    items: Sequence[Item],
    prompted: Mapping[str, Numbers],
    tuned: Mapping[str, Numbers],
    judged: Mapping[str, Winner],
) -> Sequence[Duel]:
    """Return a duel for each item that both arms answered. Where a judge spoke, it decides who won."""
    found = []
    for item in items:
        if item.id in prompted and item.id in tuned:
            lead = points(tuned[item.id]) - points(prompted[item.id])
            found.append(Duel(item, _result(lead, judged.get(item.id)), lead))
    return found


def clearest(found: Sequence[Duel], result: Result) -> Sequence[Duel]:
    """Return the ten clearest of a result, the clearest first."""
    chosen = [duel for duel in found if duel.result == result]
    return sorted(chosen, key=lambda duel: (-abs(duel.lead), duel.item.id))[:_SHOWN]


def _result(lead: float, winner: Winner | None) -> Result:
    if winner is not None:
        return {"tuned": "win", "prompted": "loss", "even": "even"}[winner]  # type: ignore[return-value]
    if abs(lead) < _CLEAR:
        return "even"
    return "win" if lead > 0 else "loss"
