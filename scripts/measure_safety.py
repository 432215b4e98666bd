"""Measures the screens on labelled texts: recall, false alarms, their intervals, what was missed, how long it took.

Reads CSV, or JSONL with the same keys: `text` (or `prompt`), `label`, and optionally `kind` and `language`. Labels are
the risk levels (`--replies`: block, pass; `--questions`: asks, other). Changes nothing and trains nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from app.safety.honesty import asks_if_human
from app.safety.output import screen_reply
from app.safety.pattern_compiler import LEVELS
from app.safety.screen import screen_user
from scripts.measuring.examples import read_examples
from scripts.measuring.figures import Outcome, build_report, is_enough
from scripts.measuring.timing import measure_time

EXAMPLE = "scripts/data/safety/tuning.csv --min-recall 0.95"

Judge = Callable[[str], tuple[str, str]]


def judge_user(text: str) -> tuple[str, str]:
    """Return level and rule of the screen of the user's words."""
    verdict = screen_user(text)
    return verdict.level, verdict.rule


def judge_reply(text: str) -> tuple[str, str]:
    """Return block or pass, and the rule of the screen of the model's words."""
    finding = screen_reply(text)
    return ("pass", "") if finding is None else ("block", finding.rule)


def judge_question(text: str) -> tuple[str, str]:
    """Return asks or other; the rule is not known."""
    return ("asks" if asks_if_human(text) else "other"), ""


SCREENS: Mapping[str, tuple[Judge, Sequence[str]]] = {
    "user": (judge_user, LEVELS),
    "replies": (judge_reply, ("block", "pass")),
    "questions": (judge_question, ("asks", "other")),
}
"""What each screen says of a text, and the labels there are."""


@click.command(epilog=f"\b\nexample:\n  python -m scripts.measure_safety {EXAMPLE}")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--label", help="The label of every text, for files without that column.")
@click.option("--replies", "screen", flag_value="replies", help="Measure the screen of the model's replies.")
@click.option("--questions", "screen", flag_value="questions", help='Measure who is taken to ask "are you human?".')
@click.option("--timing", is_flag=True, help="Also measure p50 and p99 at 256 and 10,000 characters.")
@click.option("--min-recall", default=0.0, metavar="SHARE", help="Exit 1 below this recall.")
@click.option("--max-false-alarms", default=1.0, metavar="SHARE", help="Exit 1 above this rate.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(
    files: Sequence[Path],
    label: str | None,
    screen: str | None,
    timing: bool,
    min_recall: float,
    max_false_alarms: float,
    as_json: bool,
) -> None:
    """Measure the safety screens on labelled texts: exit 0 done, 1 below what was asked for, 2 used wrongly."""
    judge, known = SCREENS[screen or "user"]
    try:
        examples = [example for path in files for example in read_examples(path, known, label)]
    except (OSError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    report = build_report([Outcome(example, *judge(example.text)) for example in examples])
    if timing:
        report["timing_ms"] = measure_time(judge)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else render(report))
    raise SystemExit(0 if is_enough(report, min_recall, max_false_alarms) else 1)


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
    main()
