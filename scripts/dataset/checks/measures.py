"""Numbers about a training file: how long its examples are, what one training run is billed for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scripts.dataset.checks.example import Example
from scripts.dataset.tokens import NO_TOKENS, TokenCount

Measure = Literal["messages per example", "tokens per example", "answer tokens per example"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How the values of one measure are spread. Quantiles are values that occur (nearest rank)."""

    minimum: int
    p5: int
    median: int
    mean: float
    p95: int
    maximum: int


@dataclass(slots=True)
class Tally:
    """Adds up the examples of a file. Holds one counter for each different length, not one for each example."""

    longest: int | None
    examples: int = 0
    without_system: int = 0
    without_user: int = 0
    tokens: TokenCount = NO_TOKENS
    billed: TokenCount = NO_TOKENS
    seen: dict[Measure, Counter[int]] = field(default_factory=dict)

    def add(self, example: Example) -> None:
        """Count an example. Billed are at most the tokens that the model is trained on (`longest`, None: no limit)."""
        total = example.length.total
        self.examples += 1
        self.tokens += total
        self.billed += TokenCount(min(total.tokens, self.longest or total.tokens), total.is_exact)
        self._see("tokens per example", total.tokens)
        self._see("answer tokens per example", example.length.answers.tokens)
        if example.format != "completions":
            self._see("messages per example", len(example.messages))
            self.without_system += not any(turn.role in ("system", "developer") for turn in example.turns)
            self.without_user += not example.of_role("user")

    def spreads(self) -> Mapping[Measure, Spread]:
        """Return how each measure is spread; nothing when there was no example."""
        return {measure: spread(counts) for measure, counts in sorted(self.seen.items())}

    def _see(self, measure: Measure, value: int) -> None:
        self.seen.setdefault(measure, Counter())[value] += 1


def spread(counts: Mapping[int, int]) -> Spread:
    """Return the spread of values given as value -> how often. There must be one at least."""
    values = sorted(counts)
    total = sum(counts.values())
    mean = sum(value * count for value, count in counts.items()) / total
    low, middle, high = (_quantile(counts, values, total, share) for share in (0.05, 0.5, 0.95))
    return Spread(values[0], low, middle, round(mean, 1), high, values[-1])


def _quantile(counts: Mapping[int, int], values: list[int], total: int, share: float) -> int:
    passed = 0
    for value in values:
        passed += counts[value]
        if passed >= share * total:
            return value
    return values[-1]
