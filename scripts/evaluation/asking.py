"""Seeing an evaluation through: answers first, then how likely the references are, then the judge.

Every answer is on disk before it is used, so a run that was killed goes on where it was and pays nothing twice.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.core.reply import tidy
from app.core.types import Completion, FinishReason
from scripts.dataset.cost import read_prices
from scripts.endpoint import CallFailed, RunStopped, TryLater
from scripts.evaluation.arms import Arm
from scripts.evaluation.calls import Call
from scripts.evaluation.endpoint import Endpoint
from scripts.evaluation.judge import Judged, count_votes
from scripts.evaluation.losses import WAYS, Way, loss_of
from scripts.evaluation.plan import Plan, estimates
from scripts.evaluation.types import ARMS, ArmName, Spoken
from scripts.generation.answers import CUT, Answer, Answers, open_answers
from scripts.generation.asking import Patience, ask_all
from scripts.generation.estimate import Estimate
from scripts.generation.meter import Meter
from scripts.generation.stopping import stopped_by_signals
from scripts.progress import progress

Say = Callable[[str], None]
Confirm = Callable[[Sequence[Estimate]], None]


class Interrupted(Exception):
    """Ctrl-C came; what was answered is kept."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: so many at a time, so patiently, the answers kept in this file."""

    kept_in: Path
    jobs: int
    patience: Patience


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was said. `failures` are the calls that were given up, in words; `way` is None without losses."""

    spoken: Mapping[ArmName, Mapping[str, Spoken]]
    losses: Mapping[ArmName, Mapping[str, float]]
    way: Way | None
    judged: Judged | None
    failures: Sequence[str]


def gather(plan: Plan, endpoint: Endpoint, manner: Manner, confirm: Confirm, say: Say) -> Gathered:
    """Ask all that is not answered yet. Raises RunStopped, Interrupted, BadAnswers, and what `confirm` raises."""
    with open_answers(manner.kept_in) as answers, closing(endpoint):
        confirm(list(estimates(plan, answers, read_prices())))
        with stopped_by_signals(say) as stop:
            return _Gathering(plan, endpoint, answers, manner, say, stop).all()


class _Gathering:
    """One run over one plan."""

    def __init__(
        self, plan: Plan, endpoint: Endpoint, answers: Answers, manner: Manner, say: Say, stop: threading.Event
    ) -> None:
        self._plan = plan
        self._endpoint = endpoint
        self._answers = answers
        self._manner = manner
        self._say = say
        self._stop = stop
        self._failures: list[str] = []

    def all(self) -> Gathered:
        words = self._plan.words()
        self._ask("answers", words.values())
        spoken = {arm.name: self._spoken(arm, words) for arm in self._plan.arms}
        way = self._way()
        losses = self._losses(way) if way else {arm: {} for arm in ARMS}
        judged = self._judged(spoken) if self._plan.judge else None
        return Gathered(spoken, losses, way, judged, self._failures)

    def _ask(self, what: str, calls: Iterable[Call]) -> None:
        missing = list({call.key: call for call in calls if call.key not in self._answers}.values())
        if not missing:
            return
        meter, manner = Meter(self._answers, None), self._manner
        with progress(what, len(missing), note=meter.note) as step:
            outcome = ask_all(
                missing, self._endpoint.ask, meter.keeper(step), self._say, manner.jobs, manner.patience, self._stop
            )
        self._failures += outcome.failures
        if outcome.halted:
            raise RunStopped(outcome.halted)
        if self._stop.is_set():
            raise Interrupted

    def _spoken(self, arm: Arm, calls: Mapping[tuple[str, str], Call]) -> Mapping[str, Spoken]:
        found = {item.id: self._answers.get(calls[arm.name, item.id].key) for item in self._plan.items}
        return {item_id: _as_spoken(arm, answer) for item_id, answer in found.items() if answer is not None}

    def _way(self) -> Way | None:
        """Return the first way in which the endpoint tells likelihoods, found out with one call each."""
        for way in WAYS:
            trial = next(iter(self._plan.losses(way).values()), None)
            if trial is not None and self._tells(trial):
                return way
        self._say("the endpoint does not tell how likely a given answer is: no loss per token")
        return None

    def _tells(self, trial: Call) -> bool:
        if trial.key in self._answers:
            return True
        try:
            self._answers.keep(self._endpoint.ask(trial))
        except (CallFailed, RunStopped, TryLater):
            return False
        return True

    def _losses(self, way: Way) -> Mapping[ArmName, Mapping[str, float]]:
        calls = self._plan.losses(way)
        self._ask("likelihoods", calls.values())
        found: dict[ArmName, dict[str, float]] = {arm: {} for arm in ARMS}
        for arm in ARMS:
            for item in self._plan.items:
                call = calls.get((arm, item.id))
                answer = self._answers.get(call.key) if call else None
                if answer is not None and answer.text:
                    found[arm][item.id] = loss_of(answer)
        return found

    def _judged(self, spoken: Mapping[ArmName, Mapping[str, Spoken]]) -> Judged:
        pairs = self._plan.judgements(spoken["prompted"], spoken["tuned"])
        self._ask("judgements", [call for pair in pairs.values() for call in pair])
        return count_votes(
            [
                (item_id, self._answers.get(one.key), self._answers.get(other.key))
                for item_id, (one, other) in pairs.items()
            ]
        )


def _as_spoken(arm: Arm, answer: Answer) -> Spoken:
    """Return an answer tidied as the server does it."""
    reason: FinishReason = "length" if answer.finish_reason == CUT else "stop"
    text = tidy(arm.persona, Completion(answer.text, arm.model, reason, 0.0))
    return Spoken(text, answer.finish_reason)
