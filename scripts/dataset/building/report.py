"""report.html: one file to look at before anybody pays for training. It needs no network, and prints well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.dataset.building.ledger import Ledger
from scripts.dataset.building.split import SplitName
from scripts.dataset.building.tally import Tally
from scripts.dataset.files import write_whole
from scripts.pages import render

_BARS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of a histogram: how many lie from `low` to `high`, both counted in; `height` is in percent."""

    low: int
    high: int
    count: int
    height: float


def write_report(path: Path, manifest: Mapping[str, Any], ledger: Ledger, tallies: Mapping[SplitName, Tally]) -> None:
    """Write the report of a build whose manifest is complete but for its files."""
    page = render(
        Path(__file__).with_name("report.html"),
        m=manifest,
        findings={severity: _kinds(ledger, severity) for severity in ("error", "warning", "info")},
        tallies=tallies,
        funnel=_funnel(manifest["counts"]),
        tokens={split: histogram(tally.tokens) for split, tally in tallies.items()},
        messages={split: histogram(tally.messages) for split, tally in tallies.items()},
    )
    write_whole(path, page)


def histogram(numbers: Sequence[int]) -> tuple[Bar, ...]:
    """Return up to 20 bars of equal width from the smallest to the largest number, the highest with height 100."""
    if not numbers:
        return ()
    least = min(numbers)
    width = (max(numbers) - least) // _BARS + 1
    counts = [0] * ((max(numbers) - least) // width + 1)
    for number in numbers:
        counts[(number - least) // width] += 1
    highest = max(counts)
    return tuple(
        Bar(least + n * width, least + (n + 1) * width - 1, count, round(100 * count / highest, 1))
        for n, count in enumerate(counts)
    )


def _kinds(ledger: Ledger, severity: str) -> list[dict[str, Any]]:
    """Return what was found, the most frequent first, each with its first places."""
    kinds = [(kind, count) for kind, count in ledger.counts.items() if kind[0] == severity]
    return [
        {"stage": kind[1], "check": kind[2], "count": count, "samples": ledger.samples[kind]}
        for kind, count in sorted(kinds, key=lambda item: (-item[1], item[0]))
    ]


def _funnel(counts: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the steps from what was read to what is learned, each with how many conversations it is about."""
    learned = [(split, counts[split]["conversations"]) for split in ("train", "validation", "test")]
    return [
        ("not readable", counts["unreadable"]["total"]),
        ("read", counts["read"]),
        ("more by taking apart", counts["parts"]),
        ("dropped", counts["dropped"]["total"]),
        ("set aside for review", counts["set_aside_for_review"]["total"]),
        ("only in preference pairs", counts["only_in_pairs"]),
        *learned,
    ]
