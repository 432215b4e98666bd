"""Stand-ins that we wrote: a model with queued answers, a clock that is set by hand, a store that is down."""

from collections.abc import Mapping

from app.core.deadline import Deadline
from app.core.errors import ModelBroken, StoreError
from app.core.prompt import Prompt
from app.core.types import Care, Completion, Exchange, FinishReason, RiskLevel, Session


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeModels:
    """Answers with what was queued, in order, and keeps the prompts it saw. An exception in the queue is raised."""

    def __init__(self) -> None:
        self.queue: list[Completion | Exception] = []
        self.prompts: list[Prompt] = []
        self.asked: list[str] = []
        self.left_s: list[float] = []
        self.is_up = True

    def say(self, text: str, finish_reason: FinishReason = "stop") -> None:
        """Queue an answer."""
        self.queue.append(Completion(text, "test-model", finish_reason, 0.1, 12))

    def complete(self, prompt: Prompt, model: str, deadline: Deadline) -> Completion:
        self.prompts.append(prompt)
        self.asked.append(model)
        self.left_s.append(deadline.left())
        answer = self.queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ping(self, deadline: Deadline) -> None:
        if not self.is_up:
            raise ModelBroken("HTTP 500")


class BrokenSessions:
    """A store that is down."""

    def read(self, key: str, now: float) -> Session:
        raise StoreError("down")

    def append(
        self, key: str, exchange: Exchange | None, persona: str, care: Care, began_at: float, now: float
    ) -> None:
        raise StoreError("down")

    def count_referral(self, level: RiskLevel, day: str) -> None:
        raise StoreError("down")

    def referrals(self, year: int) -> Mapping[str, Mapping[str, int]]:
        raise StoreError("down")

    def forget(self, key: str, now: float) -> None:
        raise StoreError("down")

    def sweep(self, now: float) -> None:
        raise StoreError("down")

    def ping(self) -> None:
        raise StoreError("down")
