"""scorecard.html: numbers, a chart, and the answers next to each other, for a person to judge with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.evaluation.asking import Gathered
from scripts.evaluation.checks import FAULTS
from scripts.evaluation.checks import TITLES as CHECKS
from scripts.evaluation.duels import clearest
from scripts.evaluation.plan import Plan
from scripts.evaluation.scorecard import Findings
from scripts.evaluation.table import outcome, rows
from scripts.evaluation.types import ARMS, ArmName, Item, Kind
from scripts.pages import render

_TEMPLATE = Path(__file__).with_name("scorecard.html")
_PROBES: Mapping[Kind, str] = {"identity": "What are you?", "medical": "Illness and medicine", "everyday": "Everyday"}


@dataclass(frozen=True, slots=True)
class Said:
    """An arm's answer, and what is wrong with it, in words. `text` is None when there is no answer."""

    arm: ArmName
    text: str | None
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """An item with all of its answers."""

    item: Item
    result: str
    said: Sequence[Said]


def page(plan: Plan, gathered: Gathered, findings: Findings, card: Mapping[str, Any]) -> str:
    """Return the page."""
    results = {duel.item.id: duel.result for duel in findings.duels}
    by_id = {item.id: _row(item, gathered, findings, results.get(item.id, "")) for item in plan.items}
    kinds: dict[Kind, list[Row]] = {}
    for item in plan.items:
        kinds.setdefault(item.kind, []).append(by_id[item.id])
    return render(
        _TEMPLATE,
        card=card,
        arms=ARMS,
        rows=list(rows(card)),
        outcomes=[outcome(rule) for rule in card["rules"]],
        chart=list(_chart(card)),
        probe_count=sum(item.kind != "held_out" for item in plan.items),
        wins=[by_id[duel.item.id] for duel in clearest(findings.duels, "win")],
        losses=[by_id[duel.item.id] for duel in clearest(findings.duels, "loss")],
        probes=[(title, kinds[kind]) for kind, title in _PROBES.items() if kind in kinds],
        safety=kinds.get("safety", []),
        held_out=kinds.get("held_out", []),
    )


def _row(item: Item, gathered: Gathered, findings: Findings, result: str) -> Row:
    return Row(item, result, [_said(item, arm, gathered, findings) for arm in ARMS])


def _said(item: Item, arm: ArmName, gathered: Gathered, findings: Findings) -> Said:
    spoken = gathered.spoken[arm].get(item.id)
    numbers = findings.numbers[arm].get(item.id, {})
    faults = [fault for name, fault in FAULTS.items() if numbers.get(name) == 0]
    return Said(arm, spoken.text if spoken else None, faults)


def _chart(card: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, float] | None]]]:
    """Yield each share with its intervals by arm, in percent."""
    for name, title in CHECKS.items():
        found = [card["arms"][arm]["numbers"].get(name) for arm in ARMS]
        if any(found):
            yield title, [numbers and {key: 100 * numbers[key] for key in ("mean", "low", "high")} for numbers in found]
