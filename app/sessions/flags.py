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
        self._known: OrderedDict[str, tuple[Care, bool]] = OrderedDict()

    def note(self, key: str, care: Care, is_stored: bool) -> None:
        """Remember care and whether the store has it; what the store was not told gives way to a later finding only.

        A session in which nobody was at risk is not remembered.
        """
        with self._lock:
            known, was_stored = self._known.pop(key, (care, True))
            if not was_stored and known.risk_at > care.risk_at:
                care, is_stored = known, False
            if care.risk_at:
                self._known[key] = care, is_stored
            if len(self._known) > _MOST:
                self._known.popitem(last=False)

    def newest(self, key: str, stored: Care) -> Care:
        """Return what the store says, unless a later finding is known here that the store was not told."""
        care, is_stored = self._known.get(key, (stored, True))
        if is_stored or care.risk_at <= stored.risk_at:
            self.note(key, stored, is_stored=True)
            return stored
        return care

    def alone(self, key: str) -> Care:
        """Return what is known here, for a session that the store does not tell about."""
        return self._known.get(key, (Care(), False))[0]

    def forget(self, key: str) -> None:
        """Delete what is known of a session."""
        with self._lock:
            self._known.pop(key, None)
