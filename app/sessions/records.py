"""Care as the stores keep it: one JSON object, in which later versions may have other fields."""

import json
from dataclasses import fields

from app.core.types import Care


def care_from(state: str) -> Care:
    """Return the care that was kept as JSON; fields that are not known any more are left out."""
    known = {field.name for field in fields(Care)}
    return Care(**{name: value for name, value in json.loads(state).items() if name in known})
