"""Who is at risk, as far as this process knows by itself: what is left of care while the store is down.

No words, and a bounded number: the newest stay. Once the store answers again its word holds, except for what it was
never told.
"""

import threading
from collections import OrderedDict

from app.core.types import Care

_MOST = 10_000  # about 4 MB


class Flags:
    """The care of sessions in which somebody was found to be at risk. Safe from any thread."""

    def __init__(self) -> None:
        """Know nobody."""
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[Care, bool, int]] = OrderedDict()
        self._notes = 0

    def note(self, key: str, care: Care, is_stored: bool) -> None:
        """Remember care and whether the store has it; what the store was not told gives way to a later finding only.

        A session in which nobody was at risk is not remembered.
        """
        with self._lock:
            known, was_stored, _ = self._known.pop(key, (care, True, 0))
            if not was_stored and known.risk_at > care.risk_at:
                care, is_stored = known, False
            if care.risk_at:
                self._notes += 1
                self._known[key] = care, is_stored, self._notes
            if len(self._known) > _MOST:
                self._known.popitem(last=False)

    def notes(self) -> int:
        """Return how many notes were taken so far: ask before the store is read, and give it to `newest`."""
        return self._notes

    def newest(self, key: str, stored: Care, read_after: int) -> Care:
        """Return what the store said, unless a later finding is known here that it was not told by then."""
        care, is_stored, noted = self._known.get(key, (stored, True, 0))
        if care.risk_at > stored.risk_at and (noted > read_after or not is_stored):
            return care
        self.note(key, stored, is_stored=True)
        return stored

    def alone(self, key: str) -> Care:
        """Return what is known here, for a session that the store does not tell about."""
        return self._known.get(key, (Care(), False, 0))[0]

    def forget(self, key: str) -> None:
        """Delete what is known of a session."""
        with self._lock:
            self._known.pop(key, None)
