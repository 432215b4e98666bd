"""How much time a turn has left. The clock is injected, so that tests need not wait."""

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a monotonic clock, in seconds."""

    at: float
    clock: Clock

    def left(self) -> float:
        """Return the seconds that remain, never negative."""
        return max(0.0, self.at - self.clock())

    def earlier(self, seconds: float) -> "Deadline":
        """Return a deadline that leaves `seconds` for the work that comes after."""
        return Deadline(self.at - seconds, self.clock)

    def later(self, seconds: float) -> "Deadline":
        """Return a deadline for what may go on for `seconds` after this one."""
        return Deadline(self.at + seconds, self.clock)
