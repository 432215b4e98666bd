"""From single answers to numbers for each arm, with intervals, and to the differences between arms."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sacrebleu.metrics.chrf import CHRF

from app.core.persona import Persona
from scripts.dataset.words import fold, words_of
from scripts.evaluation.checks import TITLES as CHECKS
from scripts.evaluation.checks import is_short, look_at
from scripts.evaluation.intervals import Interval, interval_of
from scripts.evaluation.types import ArmName, Item, Spoken

TITLES: Mapping[str, str] = {"loss": "loss per token", "chrf": "chrF with the reference", **CHECKS}
SHARES = frozenset(CHECKS)
"""Measures that are shares of answers; the rest are numbers of their own."""

Numbers = Mapping[str, float]
"""What was measured of one answer, by measure."""


@dataclass(frozen=True, slots=True)
class Variety:
    """How much the answers differ: shares of different words and word pairs, and of answers said more than once."""

    distinct_1: float
    distinct_2: float
    repeats: float


def measure(item: Item, spoken: Spoken, loss: float | None, persona: Persona) -> Numbers:
    """Return what can be measured of an answer."""
    numbers = {name: float(passed) for name, passed in look_at(item, spoken, persona).items()}
    if item.reference:
        numbers["chrf"] = float(CHRF().sentence_score(spoken.text, [item.reference]).score)
    if loss is not None:
        numbers["loss"] = loss
    return numbers


def summary(items: Sequence[Item], numbers: Mapping[str, Numbers]) -> Mapping[str, Interval]:
    """Return each measure over the items that have it; `numbers` is by item id."""
    return _intervals(items, numbers)


def difference(
    items: Sequence[Item], one: Mapping[str, Numbers], other: Mapping[str, Numbers]
) -> Mapping[str, Interval]:
    """Return one arm less the other, item by item, over the items that both have."""
    both = {
        item_id: {name: value - other[item_id][name] for name, value in numbers.items() if name in other[item_id]}
        for item_id, numbers in one.items()
        if item_id in other
    }
    return _intervals(items, both)


def reference_shares(items: Iterable[Item], persona: Persona) -> Mapping[str, float]:
    """Return how often the reference answers themselves pass the checks, where there are references."""
    texts = [item.reference for item in items if item.reference]
    if not texts:
        return {}
    return {
        "asks_question": sum("?" in text or "\uff1f" in text for text in texts) / len(texts),
        "short": sum(is_short(text, persona) for text in texts) / len(texts),
    }


def variety(texts: Sequence[str]) -> Variety:
    """Return how much texts differ; nothing said is nothing repeated."""
    words = [words_of(text) for text in texts]
    singles = [word for line in words for word in line]
    pairs = [pair for line in words for pair in pairwise(line)]
    counts = Counter(map(fold, texts))
    again = sum(count for count in counts.values() if count > 1)
    return Variety(_distinct(singles), _distinct(pairs), again / len(texts) if texts else 0.0)


def arm_variety(items: Iterable[Item], spoken: Mapping[str, Spoken]) -> Variety:
    """Return the variety of an arm's answers, those to safety probes aside."""
    return variety([spoken[item.id].text for item in items if item.kind != "safety" and item.id in spoken])


def _intervals(items: Sequence[Item], numbers: Mapping[str, Numbers]) -> Mapping[str, Interval]:
    found = {}
    for name in TITLES:
        rows = [(numbers[item.id][name], item.unit) for item in items if name in numbers.get(item.id, {})]
        interval = interval_of([value for value, _ in rows], [unit for _, unit in rows])
        if interval is not None:
            found[name] = interval
    return found


def _distinct(parts: Sequence[object]) -> float:
    return len(set(parts)) / len(parts) if parts else 0.0


ByArm = Mapping[ArmName, Mapping[str, Numbers]]
