"""Asking many calls at once, with patience: rate limits are honoured, what may pass is tried again, the rest is told.

An answer that has arrived is handed on at once. Requests that are under way when the process is killed cannot be taken
back: they may be billed and are asked again, at most one for each of the `jobs`.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from scripts.endpoint import CallFailed, RunStopped, TryLater
from scripts.generation.answers import Answer

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0
_LONGEST_WISH_S = 3_600.0  # whoever asks for more is better asked again another time, by a new run
_FAILED_IN_A_ROW = 3  # one call may be at fault for itself; three without an answer between them are not


class Asked(Protocol):
    """A call as this room sees it."""

    @property
    def where(self) -> str:
        """Which one it is, for people."""


Call = TypeVar("Call", bound=Asked)
Ask = Callable[[Call], Answer]
Keep = Callable[[Answer], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried in all, and how the waits between are made (tests take shorter ones)."""

    attempts: int = 8
    first_pause_s: float = _FIRST_PAUSE_S

    def pause_s(self, attempt: int) -> float:
        """Return the seconds to wait after the attempt of this number, from 1: doubling, and never all at once."""
        return float(min(_LONGEST_PAUSE_S, self.first_pause_s * 2 ** (attempt - 1)) * random.uniform(0.75, 1.25))


@dataclass
class Outcome:
    """How it went: what each call that failed for itself was answered, and why everything was stopped, if it was."""

    failures: list[str] = field(default_factory=list)
    halted: str | None = None


def ask_all(
    calls: Iterable[Call], ask: Ask[Call], keep: Keep, say: Say, jobs: int, patience: Patience, stop: threading.Event
) -> Outcome:
    """Ask every call, `jobs` at a time, and return when all are answered or given up, or `stop` was set.

    After `stop` no new call begins; those under way are waited for and kept. Whatever `keep` raises ends everything.
    """
    asking = _Asking(iter(calls), ask, keep, say, patience, stop)
    with ThreadPoolExecutor(jobs, thread_name_prefix="ask") as pool:
        workers = [pool.submit(asking.work) for _ in range(jobs)]
    for worker in workers:
        worker.result()
    return asking.outcome


class _Asking(Generic[Call]):
    """What the threads share: the calls that are left, and until when the endpoint wants to be left alone."""

    def __init__(
        self, calls: Iterator[Call], ask: Ask[Call], keep: Keep, say: Say, patience: Patience, stop: threading.Event
    ) -> None:
        self.outcome = Outcome()
        self._calls = calls
        self._ask = ask
        self._keep = keep
        self._say = say
        self._patience = patience
        self._stop = stop
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self._failed_in_a_row = 0

    def work(self) -> None:
        """Take calls and see each through, until there are no more."""
        try:
            while (call := self._next()) is not None:
                self._see_through(call)
        except RunStopped as stopped:
            self._halt(str(stopped))
        except BaseException:
            self._stop.set()  # a full disk, say: the other threads must not go on paying
            raise

    def _next(self) -> Call | None:
        with self._lock:
            return None if self._stop.is_set() else next(self._calls, None)

    def _see_through(self, call: Call) -> None:
        for attempt in range(1, self._patience.attempts + 1):
            self._wait_for_quiet_to_end()
            if self._stop.is_set():
                return
            try:
                self._take(self._ask(call))
            except CallFailed as failed:
                self._give_up(call, str(failed))
            except TryLater as later:
                self._pause(call, attempt, later)
                continue
            return

    def _take(self, answer: Answer) -> None:
        self._keep(answer)
        self._failed_in_a_row = 0

    def _pause(self, call: Call, attempt: int, later: TryLater) -> None:
        if attempt == self._patience.attempts:
            self._give_up(call, f"{later}, {attempt} times in a row")
        elif later.wait_s is None:
            self._stop.wait(self._patience.pause_s(attempt))
        elif later.wait_s > _LONGEST_WISH_S:
            raise RunStopped(f"{later}: the endpoint asks to wait {later.wait_s / 3_600:.1f} hours; run again then")
        else:
            self._be_quiet(str(later), later.wait_s, attempt)

    def _be_quiet(self, reason: str, wait_s: float, attempt: int) -> None:
        """Let no thread ask before the endpoint wants it; more room with each attempt, as others wait beside us."""
        until = time.monotonic() + wait_s + self._patience.pause_s(attempt) / 4
        with self._lock:
            is_news = until > self._quiet_until + 1
            self._quiet_until = max(self._quiet_until, until)
        if is_news and wait_s >= 1:
            self._say(f"{reason}: the endpoint asks to wait {wait_s:.0f} s")

    def _wait_for_quiet_to_end(self) -> None:
        while (left := self._quiet_until - time.monotonic()) > 0 and not self._stop.is_set():
            self._stop.wait(left)

    def _give_up(self, call: Call, reason: str) -> None:
        with self._lock:
            self.outcome.failures.append(f"{call.where}: {reason}")
            self._failed_in_a_row += 1
            is_hopeless = self._failed_in_a_row >= _FAILED_IN_A_ROW
        if is_hopeless:
            self._halt(f"{_FAILED_IN_A_ROW} calls failed with no answer between them; the last: {reason}")

    def _halt(self, reason: str) -> None:
        with self._lock:
            self.outcome.halted = self.outcome.halted or reason
        self._stop.set()
