"""Who is asked for words: the persona's own model, and where it fails in time, once, a second one.

A model that declined is not asked around, and one that is slow is waited for: only faults, refusals of our request
and endpoints that are left alone lead to the second. Every call is counted against the limit, if there is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.deadline import Deadline
from app.core.errors import ModelBroken, ModelBusy, ModelRejected, ModelResting, ModelSpent, ModelTimeout
from app.core.prompt import Prompt
from app.core.types import Completion
from app.models.endpoint import Asking
from app.models.guarded import GuardedEndpoint

_WORTH_ASKING_S = 0.5  # with less time left no model says a sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """An endpoint, and the model that it is asked for; None for the persona's own."""

    endpoint: GuardedEndpoint
    model: str | None = None


class Lineup:
    """The endpoints in the order in which they are asked; what services.Models promises."""

    def __init__(self, candidates: Sequence[Candidate], may_call: Callable[[], bool] = lambda: True) -> None:
        """Take at least one candidate. `may_call` counts a call and says whether it is within the limit."""
        self.candidates = tuple(candidates)
        self._may_call = may_call

    def ask(self, prompt: Prompt, model: str, until: Deadline) -> "Trying":
        """Begin to ask the first one that can be asked. Raises ModelResting, or ModelSpent."""

        def begin(candidate: Candidate) -> Asking:
            candidate.endpoint.doubt()
            if candidate.endpoint.is_resting:
                raise ModelResting("the endpoint failed again and again")
            if not self._may_call():
                raise ModelSpent("the limit of model calls is reached")
            return candidate.endpoint.ask(prompt, candidate.model or model, until)

        return Trying(self.candidates, begin)

    def ping(self, deadline: Deadline) -> None:
        """Return when the first endpoint answers. Raises ModelError."""
        self.candidates[0].endpoint.ping(deadline)

    def down(self) -> Mapping[str, bool]:
        """Return, for each endpoint by name, whether it is left alone."""
        return {candidate.endpoint.name: candidate.endpoint.is_open for candidate in self.candidates}

    def close(self) -> None:
        """Take no more questions, let those in progress end."""
        for candidate in self.candidates:
            candidate.endpoint.close()


class Trying:
    """A question to one candidate after the other; what services.Asking promises."""

    def __init__(self, candidates: Sequence[Candidate], begin: Callable[[Candidate], Asking]) -> None:
        """Ask the first one that is not left alone. Raises ModelResting, or ModelSpent."""
        self._candidates = candidates
        self._begin = begin
        self._place = 0
        self._asking = self._ask_from(0)

    def by(self, deadline: Deadline) -> Completion:
        """Return what is said by the deadline. Raises ModelError as the last one asked did."""
        while True:
            try:
                completion = self._asking.by(deadline)
            except ModelTimeout:
                self._candidates[self._place].endpoint.doubt()
                raise
            except (ModelBroken, ModelBusy, ModelRejected):
                if deadline.left() < _WORTH_ASKING_S or not self._ask_next():
                    raise
            else:
                return replace(completion, is_second=True) if self._place else completion

    def cut(self) -> None:
        """Wait no longer."""
        self._asking.cut()

    def then(self, use: Callable[[Completion | None], None]) -> None:
        """When the one that is asked now is done, give its words, None for none, to `use` on another thread."""
        self._asking.then(use)

    def _ask_next(self) -> bool:
        """Ask the next one; return whether there is one that can be asked."""
        try:
            self._asking = self._ask_from(self._place + 1)
        except (ModelResting, ModelSpent):
            return False
        return True

    def _ask_from(self, first: int) -> Asking:
        for place in range(first, len(self._candidates)):
            try:
                asking = self._begin(self._candidates[place])
            except ModelResting:
                continue
            self._place = place
            return asking
        raise ModelResting("no endpoint can be asked now")
