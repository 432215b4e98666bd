"""Stand-ins that we wrote: a model with queued answers, a clock that is set by hand, a store that is down."""

from collections.abc import Callable, Mapping

from app.core.deadline import Deadline
from app.core.errors import ModelBroken, StoreError
from app.core.prompt import Prompt
from app.core.types import Completion, FinishReason, RiskLevel, Session
from app.sessions.turns import Entry, Late, Outcome, Ticket


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class FakeModels:
    """Answers with what was queued, in order, and keeps the prompts it saw. An exception in the queue is raised.

    A model that is late goes on: `going_on` waits for what it says in the end.
    """

    def __init__(self) -> None:
        self.queue: list[Completion | Exception] = []
        self.prompts: list[Prompt] = []
        self.asked: list[str] = []
        self.left_s: list[float] = []
        self.going_on: list[Callable[[Completion | None], None]] = []
        self.cuts = 0
        self.is_up = True

    def say(self, text: str, finish_reason: FinishReason = "stop") -> None:
        """Queue an answer."""
        self.queue.append(Completion(text, "test-model", finish_reason, 0.1, 12))

    def say_at_last(self, text: str | None) -> None:
        """Let the model that is late end with these words, or with none."""
        self.going_on.pop(0)(Completion(text, "test-model", "stop", 9.0, 12) if text is not None else None)

    def ask(self, prompt: Prompt, model: str, until: Deadline) -> "FakeAsking":
        self.prompts.append(prompt)
        self.asked.append(model)
        return FakeAsking(self)

    def down(self) -> Mapping[str, bool]:
        return {"first": not self.is_up}

    def ping(self, deadline: Deadline) -> None:
        if not self.is_up:
            raise ModelBroken("HTTP 500")


class FakeAsking:
    """A question to the FakeModels in progress."""

    def __init__(self, models: FakeModels) -> None:
        self._models = models

    def by(self, deadline: Deadline) -> Completion:
        self._models.left_s.append(deadline.left())
        answer = self._models.queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def cut(self) -> None:
        self._models.cuts += 1

    def then(self, use: Callable[[Completion | None], None]) -> None:
        self._models.going_on.append(use)


class BrokenSessions:
    """A store that is down."""

    def read(self, key: str, now: float) -> Session:
        raise StoreError("down")

    def enter(self, ticket: Ticket, now: float) -> Entry:
        raise StoreError("down")

    def append(self, key: str, outcome: Outcome, now: float) -> None:
        raise StoreError("down")

    def promise(self, key: str, number: int, now: float, until: float) -> bool:
        raise StoreError("down")

    def keep(self, key: str, number: int, words: str, now: float) -> None:
        raise StoreError("down")

    def find(self, key: str, now: float) -> Late | None:
        raise StoreError("down")

    def count_referral(self, level: RiskLevel, day: str) -> None:
        raise StoreError("down")

    def referrals(self, year: int) -> Mapping[str, Mapping[str, int]]:
        raise StoreError("down")

    def forget(self, key: str, now: float) -> None:
        raise StoreError("down")

    def tally(self, counts: Mapping[str, tuple[int, float]], now: float) -> Mapping[str, int]:
        raise StoreError("down")

    def sweep(self, now: float) -> None:
        raise StoreError("down")

    def ping(self) -> None:
        raise StoreError("down")

    def close(self) -> None:
        return
