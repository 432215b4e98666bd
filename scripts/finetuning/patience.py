"""Trying again what may be tried again: looking, and what does no harm when it is done twice."""

import time
from collections.abc import Callable
from typing import TypeVar

from scripts.endpoint import TryLater
from scripts.generation.asking import Patience

Value = TypeVar("Value")
Say = Callable[[str], None]

_LONGEST_WISH_S = 120.0


def insist(call: Callable[[], Value], say: Say, patience: Patience) -> Value:
    """Return what the call returns, tried as often as patience has it. Raises the last TryLater, and all else."""
    for attempt in range(1, patience.attempts):
        try:
            return call()
        except TryLater as later:
            pause_s = min(later.wait_s or patience.pause_s(attempt), _LONGEST_WISH_S)
            say(f"{later}; trying again in {pause_s:.0f} s" if pause_s >= 1 else f"{later}; trying again")
            time.sleep(pause_s)
    return call()
