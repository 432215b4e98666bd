"""The scorecard: everything that was measured, as one JSON document, and nobody's words in it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scripts.evaluation.asking import Gathered
from scripts.evaluation.checks import word_limit
from scripts.evaluation.duels import Duel, clearest, duels
from scripts.evaluation.held_out import HeldOut
from scripts.evaluation.intervals import Interval
from scripts.evaluation.measures import Numbers, arm_variety, difference, measure, reference_shares, summary
from scripts.evaluation.places import MADE_BY
from scripts.evaluation.plan import Plan
from scripts.evaluation.types import ARMS, ArmName
from scripts.evaluation.verdict import Evidence, Rule, is_passed, judge

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured, before it is written down. `numbers` is by arm and item id."""

    numbers: Mapping[ArmName, Mapping[str, Numbers]]
    arms: Mapping[ArmName, Mapping[str, Interval]]
    leads: Mapping[ArmName, Mapping[str, Interval]]
    duels: Sequence[Duel]
    rules: Sequence[Rule]
    references: Mapping[str, float]

    @property
    def is_passed(self) -> bool:
        """Whether the tuned model passes."""
        return is_passed(self.rules)


def measure_all(plan: Plan, gathered: Gathered) -> Findings:
    """Return all numbers. `leads` holds tuned less each of the other arms."""
    items = plan.items
    numbers = {
        arm: {
            item.id: measure(item, gathered.spoken[arm][item.id], gathered.losses[arm].get(item.id), plan.persona)
            for item in items
            if item.id in gathered.spoken[arm]
        }
        for arm in ARMS
    }
    arms = {arm: summary(items, numbers[arm]) for arm in ARMS}
    others: tuple[ArmName, ...] = ("base", "prompted")
    leads = {arm: difference(items, numbers["tuned"], numbers[arm]) for arm in others}
    references = reference_shares(items, plan.persona)
    evidence = Evidence(
        held_out=sum(item.kind == "held_out" and item.id in numbers["tuned"] for item in items),
        missing={arm: 1 - len(numbers[arm]) / len(items) for arm in ARMS},
        arms=arms,
        lead=leads["prompted"],
        references=references,
    )
    winners = gathered.judged.winners if gathered.judged else {}
    found = duels(items, numbers["prompted"], numbers["tuned"], winners)
    return Findings(numbers, arms, leads, found, judge(evidence), references)


def scorecard(plan: Plan, held_out: HeldOut, gathered: Gathered, findings: Findings, date: str) -> Mapping[str, Any]:
    """Return the document; `date` is written as given."""
    models = {arm.name: arm.model for arm in plan.arms}
    return {
        "made_by": MADE_BY,
        "passed": findings.is_passed,
        "persona": plan.persona.id,
        "model": models["tuned"],
        "base": models["base"],
        "judge": plan.judge,
        "endpoint": plan.base_url,
        "date": date,
        "seed": plan.seed,
        "dataset": {"manifest_sha256": held_out.manifest_sha256, "files": dict(held_out.files)},
        "prompt": plan.prompt.model_dump(mode="json"),
        "items": _counts(plan, held_out),
        "word_limit": word_limit(plan.persona),
        "loss_way": gathered.way,
        "rules": [asdict(rule) for rule in findings.rules],
        "arms": {arm: _arm(plan, gathered, findings, arm) for arm in ARMS},
        "tuned_less": {arm: _intervals(lead) for arm, lead in findings.leads.items()},
        "references": {name: round(share, _DIGITS) for name, share in findings.references.items()},
        "duels": _duels(findings.duels),
        "judged": _judged(gathered),
        "failures": list(gathered.failures),
    }


def _counts(plan: Plan, held_out: HeldOut) -> Mapping[str, int]:
    kinds = [item.kind for item in plan.items]
    return {**{kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}, "held_out_in_dataset": len(held_out.items)}


def _arm(plan: Plan, gathered: Gathered, findings: Findings, arm: ArmName) -> Mapping[str, Any]:
    spread = asdict(arm_variety(plan.items, gathered.spoken[arm]))
    return {
        "answered": len(gathered.spoken[arm]),
        "numbers": _intervals(findings.arms[arm]),
        "variety": {name: round(share, _DIGITS) for name, share in spread.items()},
    }


def _intervals(found: Mapping[str, Interval]) -> Mapping[str, Mapping[str, float]]:
    return {
        name: {key: round(value, _DIGITS) for key, value in asdict(interval).items()}
        for name, interval in found.items()
    }


def _duels(found: Sequence[Duel]) -> Mapping[str, Any]:
    results = [duel.result for duel in found]
    return {
        "won": results.count("win"),
        "lost": results.count("loss"),
        "even": results.count("even"),
        "clearest_wins": [{"item": duel.item.id, "lead": round(duel.lead, _DIGITS)} for duel in clearest(found, "win")],
        "clearest_losses": [
            {"item": duel.item.id, "lead": round(duel.lead, _DIGITS)} for duel in clearest(found, "loss")
        ],
    }


def _judged(gathered: Gathered) -> Mapping[str, Any] | None:
    judged = gathered.judged
    if judged is None:
        return None
    winners = list(judged.winners.values())
    return {
        "tuned": winners.count("tuned"),
        "prompted": winners.count("prompted"),
        "even": winners.count("even"),
        "agreement": round(judged.agreement, _DIGITS),
        "unusable": judged.unusable,
    }
