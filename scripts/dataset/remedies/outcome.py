"""What becomes of the rows: the optional steps that somebody accepts, a split for labels, and the marks in the end."""

from collections.abc import Callable
from dataclasses import dataclass

from scripts.dataset.marks import Marks, find_marks
from scripts.dataset.remedies.plan import SPLIT, Plan
from scripts.dataset.remedies.sampling import sample_positions
from scripts.dataset.remedies.types import Remedy, Rows, Step, Task, task_of

SEED = 42  # the old tool's: the same rows go to the same side
_MOST_VALIDATION = 1_000


@dataclass(frozen=True, slots=True)
class Decision:
    """A step, and whether it was taken."""

    step: Step
    accepted: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What is written: all rows for training, or some of them kept for validation."""

    train: Rows
    validation: Rows | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The plan, all decisions in order (the necessary ones are accepted by themselves), and the rows in the end."""

    plan: Plan
    decisions: tuple[Decision, ...]
    parts: Parts
    marks: Marks
    task: Task

    @property
    def changes_nothing(self) -> bool:
        """Whether the file can be trained on as it is."""
        return not any(decision.accepted for decision in self.decisions)

    @property
    def kept(self) -> int:
        """How many rows there are in the end."""
        return len(self.parts.train) + len(self.parts.validation or ())


def carry_out(plan: Plan, accepts: Callable[[Step], bool]) -> Outcome:
    """Take each optional step that `accepts` agrees to, one after the other; it is asked once for each, in order."""
    rows = plan.rows
    decisions = [Decision(step, accepted=True) for step in plan.steps]
    for remedy in plan.proposals:
        step = Step(remedy, rows, remedy.apply(rows))
        decisions.append(Decision(step, accepts(step)))
        rows = step.after if decisions[-1].accepted else rows
    task, parts = task_of(rows), Parts(rows)
    if task == "classification":
        in_two = split(rows)
        step = Step(_split_remedy(in_two), rows, rows)
        decisions.append(Decision(step, accepts(step)))
        parts = in_two if decisions[-1].accepted else parts
    marks = find_marks([row.prompt for row in rows], [row.completion for row in rows])
    return Outcome(plan, tuple(decisions), parts, marks, task)


def split(rows: Rows) -> Parts:
    """Return a fifth of the rows, at most 1,000, for validation; training rows in the order drawn, as the old tool."""
    training = max(len(rows) - _MOST_VALIDATION, int(len(rows) * 0.8))
    drawn = sample_positions(len(rows), training, SEED)
    kept = sorted(set(range(len(rows))).difference(drawn))
    return Parts(tuple(rows[at] for at in drawn), tuple(rows[at] for at in kept))


def _split_remedy(parts: Parts) -> Remedy:
    kept = len(parts.validation or ())
    message = f"keep {kept} of {kept + len(parts.train)} rows for validation (drawn with seed {SEED})"
    return Remedy(SPLIT, "optional", message)
