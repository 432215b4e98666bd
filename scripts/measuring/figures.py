"""From what a screen made of labelled texts to figures: shares with intervals, by label, kind and language."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.measuring.examples import HARMLESS, Example


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the screen made of one example."""

    example: Example
    found: str
    rule: str

    @property
    def is_right(self) -> bool:
        """Harmless texts pass, third parties get their own class, everything else is noticed at any level."""
        if self.example.label in (*HARMLESS, "third_party"):
            return self.found == self.example.label
        return self.found not in HARMLESS


def build_report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return every figure; shares are None where nothing was measured."""
    risks = [o for o in outcomes if o.example.label not in HARMLESS]
    calm = [o for o in outcomes if o.example.label in HARMLESS]
    return {
        "recall": share(risks, is_noticed),
        "false_alarms": share(calm, is_noticed),
        "by_label": group(outcomes, lambda o: o.example.label),
        "by_label_and_kind": group(
            outcomes, lambda o: f"{o.example.label} / {o.example.kind}" if o.example.kind else ""
        ),
        "by_language": group(outcomes, lambda o: o.example.language),
        "misses": [miss(o) for o in outcomes if not o.is_right],
    }


def is_noticed(outcome: Outcome) -> bool:
    """Whether the screen said anything at all."""
    return outcome.found not in HARMLESS


def miss(outcome: Outcome) -> dict[str, str]:
    """Return one wrong outcome for the list."""
    example = outcome.example
    return {"label": example.label, "found": outcome.found, "rule": outcome.rule, "text": example.text}


def group(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, dict[str, Any]]:
    """Return the figures of each group; outcomes whose key is empty are in none."""
    names = sorted({key(o) for o in outcomes} - {""})
    return {name: figures([o for o in outcomes if key(o) == name]) for name in names}


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how many were noticed, were right, and got exactly their own level."""
    return {
        "noticed": share(outcomes, is_noticed),
        "right": share(outcomes, lambda o: o.is_right),
        "exact": share(outcomes, lambda o: o.found == o.example.label),
        "found": dict(Counter(o.found for o in outcomes).most_common()),
    }


def share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> dict[str, Any]:
    """Return count, total, share and its 95% Wilson interval."""
    count, total = sum(map(holds, outcomes)), len(outcomes)
    low, high = wilson(count, total)
    return {"count": count, "of": total, "share": count / total if total else None, "low": low, "high": high}


def wilson(count: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the score interval of a share ("Probable inference", Wilson 1927); 0 to 1 when nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    p, spread = count / total, z * z / total
    middle = (p + spread / 2) / (1 + spread)
    half = z * math.sqrt(p * (1 - p) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def is_enough(report: Mapping[str, Any], min_recall: float, max_false_alarms: float) -> bool:
    """Compare with what was asked for; a figure that was not measured fails nothing."""
    recall, alarms = report["recall"]["share"], report["false_alarms"]["share"]
    return (recall is None or recall >= min_recall) and (alarms is None or alarms <= max_false_alarms)
