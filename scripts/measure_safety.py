"""Measures the screens on labelled texts: recall, false alarms, their intervals, what was missed, how long it took.

Reads CSV, or JSONL with the same keys: `text` (or `prompt`), `label`, and optionally `kind` and `language`. Labels are
the risk levels (`--replies`: block, pass; `--questions`: asks, other). Changes nothing and trains nothing.
"""

import argparse
import csv
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.safety.pattern_compiler import LEVELS
from app.safety.screen import screen_user

EXAMPLE = "example:\n  python -m scripts.measure_safety scripts/data/safety/tuning.csv --min-recall 0.95"

SYNONYMS: Mapping[str, str] = {
    "safe": "none", "no": "none", "no risk": "none", "negative": "none", "0": "none", "ok": "none",
    "self harm": "self_harm", "selfharm": "self_harm", "nssi": "self_harm",
    "third party": "third_party", "thirdparty": "third_party", "other person": "third_party",
    "active ideation": "active", "passive ideation": "passive", "imminent risk": "imminent",
}  # fmt: skip


HARMLESS = ("none", "pass", "other")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text."""

    text: str
    label: str
    kind: str = ""
    language: str = ""


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


class BadFile(Exception):
    """A file that cannot be measured; the message says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; 0 done, 1 below what was asked for, 2 used wrongly."""
    options = parse_arguments(argv)
    try:
        examples = [example for path in options.files for example in read_examples(Path(path), options)]
    except (OSError, ValueError, BadFile) as error:
        print(f"measure_safety: {error}", file=sys.stderr)
        return 2
    judge = judge_reply if options.replies else judge_question if options.questions else judge_user
    outcomes = [Outcome(example, *judge(example.text)) for example in examples]
    report = build_report(outcomes)
    if options.timing:
        report["timing_ms"] = measure_time(lambda text: judge(text))
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else render(report))
    return 0 if is_enough(report, options.min_recall, options.max_false_alarms) else 1


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; argparse leaves with 2 when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.measure_safety",
        description="Measure the safety screens on labelled texts.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="CSV or JSONL with text and label")
    parser.add_argument("--label", help="the label of every text, for files without that column")
    parser.add_argument("--replies", action="store_true", help="measure the screen of the model's replies")
    parser.add_argument("--questions", action="store_true", help='measure who is taken to ask "are you human?"')
    parser.add_argument("--timing", action="store_true", help="also measure p50 and p99 at 256 and 10,000 characters")
    parser.add_argument("--min-recall", type=float, default=0.0, metavar="SHARE", help="exit 1 below this recall")
    parser.add_argument("--max-false-alarms", type=float, default=1.0, metavar="SHARE", help="exit 1 above this rate")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(argv)


def read_examples(path: Path, options: argparse.Namespace) -> Iterator[Example]:
    """Yield the examples of one file. Raises BadFile naming file and row."""
    known = ("block", "pass") if options.replies else ("asks", "other") if options.questions else LEVELS
    for number, row in enumerate(read_rows(path), start=1):
        text = row.get("text") or row.get("prompt")
        label = canonical(str(options.label or row.get("label") or ""))
        if not isinstance(text, str):
            raise BadFile(f"{path}: row {number}: no text; expected a column text or prompt")
        if label not in known:
            raise BadFile(
                f'{path}: row {number}: label "{label}" is not known; expected {", ".join(known)}, or --label'
            )
        yield Example(text, label, str(row.get("kind") or ""), str(row.get("language") or ""))


def read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a CSV file, or the objects of a JSONL file, with keys in lower case."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: Iterable[Any] = (
            map(json.loads, filter(str.strip, file)) if path.suffix == ".jsonl" else csv.DictReader(file)
        )
        for row in rows:
            if not isinstance(row, dict):
                raise BadFile(f"{path}: every line must be an object with text and label")
            yield {str(key).strip().lower(): value for key, value in row.items()}


def canonical(label: str) -> str:
    """Return the label in our own words: `Self-Harm` is self_harm, `active ideation` is active."""
    plain = " ".join(label.casefold().replace("-", " ").replace("_", " ").split())
    return SYNONYMS.get(plain, plain.replace(" ", "_"))


def judge_user(text: str) -> tuple[str, str]:
    """Return level and rule of the screen of the user's words."""
    verdict = screen_user(text)
    return verdict.level, verdict.rule


def judge_reply(text: str) -> tuple[str, str]:
    """Return block or pass, and the rule of the screen of the model's words."""
    from app.safety.output import screen_reply

    finding = screen_reply(text)
    return ("pass", "") if finding is None else ("block", finding.rule)


def judge_question(text: str) -> tuple[str, str]:
    """Return asks or other; the rule is not known."""
    from app.safety.honesty import asks_if_human

    return ("asks" if asks_if_human(text) else "other"), ""


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


CALM = (
    "Today I went to the market with my sister and we bought {} apples, bread and too much cheese. She told me about "
    "her new job on floor {}, I told her that I feel tired and alone since the move. I don't want to complain, in the "
    "last {} days my life was fine. "
)


def measure_time(judge: Callable[[str], object], rounds: int = 300) -> dict[str, dict[str, float]]:
    """Return p50 and p99 in milliseconds for texts of two lengths, each text another one, after one warm-up."""
    judge("warm up")
    times = {size: [seconds(judge, calm_text(size, n)) for n in range(rounds)] for size in (256, 10_000)}
    return {str(size): percentiles(measured) for size, measured in times.items()}


def calm_text(size: int, number: int) -> str:
    """Return everyday words of that length; no sentence is twice in it, else a screen that remembers looks fast."""
    return "".join(CALM.format(n, n, n) for n in range(number, number + size // len(CALM) + 2))[:size]


def seconds(judge: Callable[[str], object], text: str) -> float:
    """Return how long a core worked on one text; whatever else runs on the machine does not count."""
    start = time.thread_time()
    judge(text)
    return time.thread_time() - start


def percentiles(times: list[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds."""
    ordered = sorted(times)
    return {name: round(ordered[int(len(ordered) * q)] * 1000, 3) for name, q in (("p50", 0.5), ("p99", 0.99))}


def render(report: Mapping[str, Any]) -> str:
    """Return the report as lines for people."""
    lines = [f"recall        {line(report['recall'])}", f"false alarms  {line(report['false_alarms'])}"]
    for title in ("by_label", "by_label_and_kind", "by_language"):
        rows = report[title].items()
        lines += ["", title.replace("_", " ")] if rows else []
        lines += [f"  {name:32} right {line(row['right'])}  exact {row['exact']['count']}" for name, row in rows]
    for size, row in report.get("timing_ms", {}).items():
        lines.append(f"{size} characters: p50 {row['p50']} ms, p99 {row['p99']} ms")
    lines += ["", f"misses: {len(report['misses'])}"]
    lines += [f"  {m['label']} -> {m['found']} ({m['rule'] or '-'}): {m['text']}" for m in report["misses"]]
    return "\n".join(lines)


def line(figure: Mapping[str, Any]) -> str:
    """Return `97.5% (39/40, 87.1-99.6)`."""
    if figure["share"] is None:
        return "not measured"
    return f"{figure['share']:.1%} ({figure['count']}/{figure['of']}, {figure['low']:.1%}-{figure['high']:.1%})"


if __name__ == "__main__":
    raise SystemExit(main())
