"""One run: find out what is missing, say what it costs, get it one way or the other, write the tables."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.dataset.cost import Price
from scripts.endpoint import RunStopped, TryLater
from scripts.generation.answers import Answer, Answers, open_answers, read_answers
from scripts.generation.asking import Patience, ask_all
from scripts.generation.batch import Batches, read_batches
from scripts.generation.calls import Call
from scripts.generation.endpoint import Endpoint
from scripts.generation.estimate import Estimate, estimate
from scripts.generation.grid import Grid
from scripts.generation.meter import Meter
from scripts.generation.stopping import stopped_by_signals
from scripts.generation.tables import Tally, write_tables
from scripts.progress import progress

Confirm = Callable[[Estimate], None]
Say = Callable[[str], None]


class Refused(Exception):
    """The run cannot begin as asked; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted, of which model, and where it goes. `limit` is how many answers may be asked for this time."""

    grid: Grid
    calls: Sequence[Call]
    model: str
    price: Price | None
    out: Path
    limit: int | None

    @property
    def pairs(self) -> Path:
        """The two-column file beside the table."""
        return self.out.with_name(f"{self.out.stem}_pairs.csv")

    @property
    def answers(self) -> Path:
        """Where answers are kept as they arrive."""
        return self.out.with_name(f"{self.out.stem}.answers.jsonl")

    @property
    def batches(self) -> Path:
        """Where batches under way are written down."""
        return self.out.with_name(f"{self.out.stem}.batches.json")

    def missing(self, kept: Answers | dict[str, Answer]) -> list[Call]:
        """Return the calls to make now, each key once, in the order of the grid."""
        wanted = {call.key: call for call in reversed(self.calls) if call.key not in kept}
        return list(reversed(wanted.values()))[: self.limit]

    def estimate(self, calls: Sequence[Call]) -> Estimate:
        """Return what these calls will cost."""
        return estimate(calls, self.grid.most_tokens, self.model, self.price)


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. `answered` came and `submitted` went to a batch in this run; `waiting` are in batches in all.

    `missing` have no answer yet, those that wait included. `halted` says why asking stopped early, if it did.
    """

    tally: Tally
    missing: int
    answered: int = 0
    submitted: int = 0
    waiting: int = 0
    failures: tuple[str, ...] = ()
    halted: str | None = None
    is_interrupted: bool = False


def preview(plan: Plan) -> tuple[list[Call], Estimate]:
    """Return what a run would ask for and cost; nothing is asked or written."""
    missing = plan.missing(read_answers(plan.answers))
    return missing, plan.estimate(missing)


def run_now(plan: Plan, endpoint: Endpoint, confirm: Confirm, say: Say, jobs: int, patience: Patience) -> Result:
    """Ask for what is missing, `jobs` answers at a time, and write the tables, after Ctrl-C too.

    Raises Refused while batches are under way: what they bring would be paid twice.
    """
    if read_batches(plan.batches):
        raise Refused(f"answers are under way in batches ({plan.batches}); collect them first, with --batch")
    with open_answers(plan.answers) as answers, closing(endpoint):
        calls = plan.missing(answers)
        if calls:
            confirm(plan.estimate(calls))
        meter = Meter(answers, plan.price)
        with stopped_by_signals(say) as stop, progress("asking", len(calls), note=meter.note) as step:
            outcome = ask_all(calls, endpoint.ask, meter.keeper(step), say, jobs, patience, stop)
        return replace(
            _finish(plan, answers),
            answered=meter.count,
            failures=tuple(outcome.failures),
            halted=outcome.halted,
            is_interrupted=stop.is_set() and outcome.halted is None,
        )


def run_batch(plan: Plan, endpoint: Endpoint, confirm: Confirm, say: Say) -> Result:
    """Collect what batches have brought; when none is under way any more, submit what is still missing.

    A batch that the endpoint refused as a whole is not sent again in the same run: the reason has to be seen first.
    """
    with open_answers(plan.answers) as answers, closing(endpoint):
        before = len(answers)
        batches = Batches(plan.batches, endpoint, say)
        try:
            batches.send()
            collected = batches.collect(answers)
            answered, halted = len(answers) - before, "; ".join(collected.refused) or None
            submitted = 0 if collected.waiting or halted else _submit(plan, batches, answers, confirm)
        except TryLater as later:
            raise RunStopped(f"{later}; what was submitted is written down, run the same command again") from later
        return replace(
            _finish(plan, answers),
            answered=answered,
            submitted=submitted,
            waiting=sum(batch.count for batch in batches.open),
            failures=tuple(collected.failures),
            halted=halted,
        )


def _submit(plan: Plan, batches: Batches, answers: Answers, confirm: Confirm) -> int:
    calls = plan.missing(answers)
    if calls:
        confirm(plan.estimate(calls))
        batches.submit(calls)
    return len(calls)


def _finish(plan: Plan, answers: Answers) -> Result:
    tally = write_tables(plan.grid, plan.calls, answers, plan.out, plan.pairs)
    return Result(tally, missing=sum(call.key not in answers for call in plan.calls))
