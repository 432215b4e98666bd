"""A bounded number of turns in progress, and a line before it that is no longer than their deadlines allow.

Places are given in the order of arrival. Who would come too late anyway is turned away at once: a line of the
persona's in a moment is better than one after five seconds.
"""

import threading
from collections import deque

from app.core.deadline import Clock, Deadline
from app.core.pressure import FIRST_GUESS_S, may_wait, time_needed, usual_now


class Gate:
    """Places for turns in this process. Safe from any thread."""

    def __init__(self, places: int, clock: Clock) -> None:
        """Let `places` turns in at a time, and no more than that wait: each of them holds a thread of the server."""
        self._places = places
        self._clock = clock
        self._lock = threading.Lock()
        self._taken = 0
        self._line: deque[threading.Event] = deque()
        self._usual_s = FIRST_GUESS_S

    @property
    def in_progress(self) -> int:
        """How many turns have a place."""
        return self._taken

    @property
    def waiting(self) -> int:
        """How many turns stand in line."""
        return len(self._line)

    def enter(self, deadline: Deadline) -> float | None:
        """Return the moment of entry, None when there is no place in time. Who has entered must `leave`."""
        with self._lock:
            if self._taken < self._places:
                self._taken += 1
                return self._clock()
            is_short = len(self._line) < self._places
            if not (is_short and may_wait(len(self._line), self._places, self._usual_s, deadline.left())):
                return None
            called = threading.Event()
            self._line.append(called)
        return self._clock() if self._is_called(called, deadline) else None

    def leave(self, entered_at: float) -> None:
        """Give the place to who waits longest."""
        with self._lock:
            self._usual_s = usual_now(self._usual_s, self._clock() - entered_at)
            if self._line:
                self._line.popleft().set()
            else:
                self._taken -= 1

    def _is_called(self, called: threading.Event, deadline: Deadline) -> bool:
        called.wait(max(0.0, deadline.left() - time_needed(self._usual_s)))
        with self._lock:
            if not called.is_set():
                self._line.remove(called)
            return called.is_set()
