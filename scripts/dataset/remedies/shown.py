"""A plan as people read it: what was seen, and for each step a few rows before and after."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from scripts.dataset.marks import common_prefix
from scripts.dataset.remedies.types import Row, Step
from scripts.dataset.types import Finding

_SHOWN_ROWS = 2
_BEFORE_CHANGE = 24  # characters shown of what stays, so that the change is seen in its place
_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Change:
    """A row before a step and after it; None when the step drops it."""

    before: Row
    after: Row | None


def changes_of(step: Step) -> tuple[Change, ...]:
    """Return the rows that a step changes or drops, in order."""
    if step.before is step.after:
        return ()
    after = {row.where: row for row in step.after}
    pairs = ((row, after.get(row.where)) for row in step.before)
    return tuple(Change(old, new) for old, new in pairs if old is not new and old != new)


def show_finding(finding: Finding, name: str) -> str:
    """Return one line: how grave, where, what, and what to do."""
    fix = f" - {finding.fix}" if finding.fix else ""
    return f"{finding.severity:<8} {finding.where or name}: {finding.message}{fix}"


def show_step(step: Step, choice: str) -> Iterator[str]:
    """Yield the lines of one step: the choice made (necessary, accepted, skipped), the rule, and its first changes."""
    yield f"{choice:<10} {step.remedy.rule}: {step.remedy.message}"
    changes = changes_of(step)
    for change in changes[:_SHOWN_ROWS]:
        yield f"             {change.before.where}"
        yield from (f"             {line}" for line in _show_change(change))
    if len(changes) > _SHOWN_ROWS:
        yield f"             and {len(changes) - _SHOWN_ROWS:,} more"


def step_record(step: Step, *, accepted: bool) -> dict[str, Any]:
    """Return a step in numbers, for the manifest: it quotes nobody."""
    changes = changes_of(step)
    dropped = sum(change.after is None for change in changes)
    return {
        "rule": step.remedy.rule,
        "kind": step.remedy.kind,
        "accepted": accepted,
        "changed": len(changes) - dropped,
        "dropped": dropped,
    }


def step_details(step: Step, *, accepted: bool) -> dict[str, Any]:
    """Return a step in numbers, in words, and with its first changes, for programs that show it."""
    shown = [asdict(change) for change in changes_of(step)[:_SHOWN_ROWS]]
    return {**step_record(step, accepted=accepted), "message": step.remedy.message, "examples": shown}


def _show_change(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    if after is None:
        yield f"- {_excerpt(before.prompt, 0, _WIDTH // 2)} {_excerpt(before.completion, 0, _WIDTH // 2)}"
        return
    for old, new in ((before.prompt, after.prompt), (before.completion, after.completion)):
        if old != new:
            start = max(0, len(common_prefix((old, new))) - _BEFORE_CHANGE)
            yield f"- {_excerpt(old, start, _WIDTH)}"
            yield f"+ {_excerpt(new, start, _WIDTH)}"


def _excerpt(text: str, start: int, width: int) -> str:
    cut = text[start : start + width]
    shown = json.dumps(cut, ensure_ascii=False)
    return f"{'...' if start else ''}{shown}{'...' if start + width < len(text) else ''}"
