"""How much is allowed, and the count of model calls that is held against it."""

from collections.abc import Callable
from dataclasses import dataclass

from app.tally import DAY_S, MINUTE_S, Tally


@dataclass(frozen=True, slots=True)
class Limits:
    """Turns a minute, and model calls a minute and a day; 0 is no limit."""

    session_turns: int = 0
    caller_turns: int = 0
    calls_a_minute: int = 0
    calls_a_day: int = 0


def call_counter(limits: Limits, tally: Tally) -> Callable[[], bool]:
    """Return what counts a model call, and says whether it is within the limits."""
    windows = [(window_s, most) for window_s, most in _windows(limits) if most]

    def may_call() -> bool:
        return all(tally.add("calls", window_s) <= most for window_s, most in windows)

    return may_call


def _windows(limits: Limits) -> tuple[tuple[int, int], ...]:
    return (MINUTE_S, limits.calls_a_minute), (DAY_S, limits.calls_a_day)
