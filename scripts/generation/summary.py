"""How a run ended, in words and as JSON, and which exit status says so."""

import dataclasses
from collections.abc import Iterator, Mapping

from scripts.generation.runs import Plan, Result
from scripts.generation.stopping import INTERRUPTED

_SHOWN_FAILURES = 5


def result_lines(plan: Plan, result: Result) -> Iterator[str]:
    """Yield what there is now: the result of the command."""
    tally = result.tally
    yield f"{plan.out}: {tally.rows:,} rows of {plan.grid.size:,}, {result.answered:,} of them asked for now"
    yield f"{plan.pairs}: {tally.pairs:,} pairs to tune on"
    yield f"left out there: {tally.cut:,} cut off at the token limit, {tally.empty:,} empty, {tally.refused:,} refused"


def remarks(plan: Plan, result: Result) -> Iterator[str]:
    """Yield what went wrong and how to go on."""
    yield from result.failures[:_SHOWN_FAILURES]
    if len(result.failures) > _SHOWN_FAILURES:
        yield f"and {len(result.failures) - _SHOWN_FAILURES:,} more that failed"
    if result.halted:
        yield f"stopped: {result.halted}"
    if result.waiting:
        yield f"{result.waiting:,} answers are under way in batches ({plan.batches}); the same command collects them"
    elif result.missing:
        yield f"{result.missing:,} of {plan.grid.size:,} are missing; the same command goes on and pays nothing twice"


def summary(plan: Plan, result: Result) -> Mapping[str, object]:
    """Return the same for machines. `dollars` is what all rows so far have cost, None without a price."""
    tally, price = result.tally, plan.price
    return {
        "model": plan.model,
        "out": str(plan.out),
        "pairs_file": str(plan.pairs),
        "wanted": plan.grid.size,
        **dataclasses.asdict(tally),
        "answered_now": result.answered,
        "submitted_now": result.submitted,
        "missing": result.missing,
        "waiting": result.waiting,
        "failures": list(result.failures),
        "halted": result.halted,
        "dollars": price.for_calls(tally.input_tokens, tally.output_tokens) if price else None,
        "price": str(price) if price else None,
    }


def exit_code(plan: Plan, result: Result) -> int:
    """Return 0 when all is there that was asked for now, or on its way since now; 1 when not; 130 after Ctrl-C."""
    if result.is_interrupted:
        return INTERRUPTED
    if result.halted:
        return 1
    is_as_asked = not result.missing or result.submitted or result.answered == plan.limit
    return 0 if is_as_asked else 1
