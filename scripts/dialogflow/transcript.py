"""A played turn in words: as a conversation for people, as JSON for machines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from scripts.dataset.types import Finding
from scripts.dialogflow.types import Call, Json, Outcome, Query

_INDENT = "       "


@dataclass(frozen=True, slots=True)
class Played:
    """A turn of a conversation, with the expectations of its script that were not met."""

    outcome: Outcome
    unmet: tuple[Finding, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the webhook did all that it should."""
        return self.outcome.is_good and not self.unmet


def asked_line(query: Query) -> str:
    """Return what the person did."""
    signs = {"event": "event: ", "keys": "keys: ", "text": ""}
    return f"you    {signs[query.kind]}{query.value}"


def answer_lines(played: Played, limit_s: float) -> Iterator[str]:
    """Yield what the person sees, how long it took, and what was wrong."""
    outcome = played.outcome
    who = "agent" if outcome.is_own else "agent*"
    for number, text in enumerate((*outcome.shown.texts, *(f"<{row}>" for row in outcome.shown.rows))):
        yield f"{who if number == 0 else '':<7}{text}".replace("\n", f"\n{_INDENT}")
    if outcome.shown.suggestions:
        yield _INDENT + " ".join(f"[{suggestion}]" for suggestion in outcome.shown.suggestions)
    yield _INDENT + _timing(outcome, limit_s)
    for finding in (*outcome.findings, *played.unmet):
        yield from _finding_lines(finding)
    if not outcome.is_own:
        yield f"{_INDENT}* So the person saw not the webhook's answer but what the agent itself keeps for this."
    if outcome.is_end:
        yield f"{_INDENT}The session ends here."


def _timing(outcome: Outcome, limit_s: float) -> str:
    """Return a line such as `4.51 s, then event LATE 0.80 s of 5 s, 312 bytes`."""
    steps = [_step(call, number) for number, call in enumerate(outcome.calls)]
    return f"{' '.join(steps)} of {limit_s:g} s, {outcome.calls[-1].size:,} bytes"


def _step(call: Call, number: int) -> str:
    seconds = f"{call.seconds:.2f} s"
    if call.attempt > 1:
        return f"then once more {seconds}"
    return f"then event {call.event} {seconds}" if number else seconds


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield f"{_INDENT}{finding.severity}: {finding.message} [{finding.check}]"
    if finding.fix:
        yield f"{_INDENT}  {finding.fix}"


def wire_lines(call: Call) -> Iterator[str]:
    """Yield a call's request and answer as they went over the wire; the answer in Google's own spelling."""
    yield json.dumps(call.request, ensure_ascii=False, indent=2)
    yield json.dumps(call.answer, ensure_ascii=False, indent=2)


def as_json(played: Played) -> Json:
    """Return a turn for machines."""
    outcome = played.outcome
    return {
        "query": {"kind": outcome.query.kind, "value": outcome.query.value},
        "shown": asdict(outcome.shown),
        "is_own": outcome.is_own,
        "is_end": outcome.is_end,
        "source": outcome.source,
        "seconds": round(outcome.seconds, 3),
        "calls": [_call_json(call) for call in outcome.calls],
        "findings": [asdict(finding) for finding in (*outcome.findings, *played.unmet)],
        "passed": played.is_good,
    }


def _call_json(call: Call) -> Json:
    return {
        "seconds": round(call.seconds, 3),
        "status": call.status,
        "bytes": call.size,
        "event": call.event,
        "attempt": call.attempt,
    }


def verdict_line(name: str, turns: Sequence[Played], planned: int) -> str:
    """Return the last line of a script: whether it passed, and how many of its turns did."""
    good = sum(played.is_good for played in turns)
    early = f"; the session ended after {len(turns)}" if len(turns) < planned else ""
    return f"{'passed' if good == planned else 'FAILED'}: {name}, {good} of {planned} turns as they should be{early}"
