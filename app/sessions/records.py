"""Care as the stores keep it: one JSON object, in which later versions may have other fields, and for how long."""

import json
from dataclasses import fields

from app.core.types import Care
from app.sessions import CARE_TTL_S


def care_from(state: str) -> Care:
    """Return the care that was kept as JSON; fields that are not known any more are left out."""
    known = {field.name for field in fields(Care)}
    return Care(**{name: value for name, value in json.loads(state).items() if name in known})


def care_kept_s(care: Care, ttl_s: float) -> float:
    """Return for how long care is kept after its turn: as the words are, but where it protects somebody for days."""
    return max(ttl_s, CARE_TTL_S) if care.risk_at or care.is_minor else ttl_s
