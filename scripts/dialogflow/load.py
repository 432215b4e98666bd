"""Many conversations at a time: how many turns a second the webhook answers, how late the slowest are, what fails."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scripts.dialogflow.checking import google_type
from scripts.dialogflow.playing import play
from scripts.dialogflow.types import Json, Outcome, Query, Talk
from scripts.dialogflow.wire import Wire

SENTENCES = (
    "I had a long day and I am glad it is over.",
    "My sister is moving to another town next month.",
    "I keep thinking about the exam I wrote.",
    "The weather makes me want to stay in bed.",
    "I cooked dinner for a friend, and it went well.",
    "Work is a lot at the moment.",
)
"""What simulated people say unless told otherwise; written for this, harmless, so that the model is asked."""

_LEVELS = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a load run measured: counts, seconds of each turn, failures by the name of the finding; no words."""

    sessions: int
    elapsed_s: float
    seconds: tuple[float, ...]
    failures: Mapping[str, int]

    @property
    def failed(self) -> int:
        """How many turns were not answered by the webhook as they should be."""
        return sum(self.failures.values())

    def percentile(self, level: int) -> float:
        """Return the seconds that `level` percent of the turns did not exceed (nearest rank)."""
        ordered = sorted(self.seconds)
        return ordered[max(0, math.ceil(len(ordered) * level / 100) - 1)]


async def put_under_load(
    talks: Sequence[Talk], queries: Sequence[Query], turns: int, wire: Wire, done: Callable[[], None]
) -> Figures:
    """Return the figures of all talks at once, each of `turns` turns, one after the other.

    Each begins at another of the queries. `done` is called after each turn.
    """
    outcomes: list[Outcome] = []

    async def converse(number: int, talk: Talk) -> None:
        for turn in range(turns):
            outcome, talk = await play(talk, queries[(number + turn) % len(queries)], wire)
            outcomes.append(outcome)
            done()

    google_type(talks[0].channel)  # before the clock: while it is imported, no deadline could be kept
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, talk in enumerate(talks):
            group.create_task(converse(number, talk))
    elapsed_s = time.monotonic() - began
    failures = Counter(_reason(outcome) for outcome in outcomes if not outcome.is_good)
    return Figures(len(talks), elapsed_s, tuple(outcome.seconds for outcome in outcomes), failures)


def _reason(outcome: Outcome) -> str:
    """Return the name of the first error of a turn that went wrong."""
    return next(finding.check for finding in outcome.findings if finding.severity == "error")


def figure_lines(figures: Figures) -> list[str]:
    """Return the figures for people."""
    turns = len(figures.seconds)
    levels = ", ".join(f"p{level} {figures.percentile(level):.2f} s" for level in _LEVELS)
    rate = f"{turns / figures.elapsed_s:.1f} turns/s"
    lines = [
        f"{turns:,} turns of {figures.sessions:,} sessions in {figures.elapsed_s:.1f} s: {rate}",
        f"{levels}, slowest {max(figures.seconds):.2f} s",
        f"{figures.failed:,} of {turns:,} turns failed",
    ]
    return lines + [f"  {count:,} {name}" for name, count in sorted(figures.failures.items())]


def figures_json(figures: Figures) -> Json:
    """Return the figures for machines."""
    return {
        "sessions": figures.sessions,
        "turns": len(figures.seconds),
        "elapsed_s": round(figures.elapsed_s, 3),
        "turns_per_s": round(len(figures.seconds) / figures.elapsed_s, 2),
        **{f"p{level}_s": round(figures.percentile(level), 3) for level in _LEVELS},
        "slowest_s": round(max(figures.seconds), 3),
        "failures": dict(sorted(figures.failures.items())),
    }
