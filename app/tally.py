"""How often something happened within the current minute or day, here and in all processes over the same store.

A turn asks only this process, which costs it a microsecond and never a wait. What each process counted is brought
together in the store once a second; so a limit can be overrun for about that long, by as many processes as there are.
A store that is down leaves each process its own count.
"""

import logging
import threading
from collections.abc import Mapping

from app.core.deadline import Clock
from app.core.errors import StoreError
from app.sessions import Tallies

logger = logging.getLogger(__name__)

MINUTE_S = 60
DAY_S = 86_400  # days begin at midnight UTC


class Tally:
    """Counts by name and window of time. Safe from any thread."""

    def __init__(self, store: Tallies, wall_clock: Clock) -> None:
        """Begin at nothing."""
        self._store = store
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._new: dict[tuple[str, float], int] = {}
        self._known: dict[tuple[str, float], int] = {}

    def add(self, name: str, window_s: int) -> int:
        """Count one more within the window of now, and return how many there are, this one included."""
        now = self._wall_clock()
        key = (f"{name}:{window_s}:{int(now // window_s)}", (now // window_s + 1) * window_s)
        with self._lock:
            self._new[key] = self._new.get(key, 0) + 1
            return self._known.get(key, 0) + self._new[key]

    def share(self) -> None:
        """Bring what is new to the store, and learn what the others brought. Windows that are over are dropped."""
        now = self._wall_clock()
        with self._lock:
            new, self._new = self._new, {}
            self._known = {key: count for key, count in self._known.items() if key[1] > now}
        if not new:
            return
        try:
            totals: Mapping[str, int] = self._store.tally({name: (new[name, end], end) for name, end in new}, now)
        except StoreError:
            self._keep_alone(new)
            return
        with self._lock:
            self._known.update({key: totals[key[0]] for key in new})

    def _keep_alone(self, new: Mapping[tuple[str, float], int]) -> None:
        logger.warning("limits are counted by each process alone: the store does not answer")
        with self._lock:
            for key, count in new.items():
                self._new[key] = self._new.get(key, 0) + count
