"""The second rail: what the endpoint's moderation model says of the user's words ("Moderations", OpenAI, 2026-08).

It can only add to what our own screen found, and a turn never waits for it.
"""

from collections.abc import Mapping
from typing import Any

from app.core.types import RiskLevel

PATH = "/moderations"

_LEVELS: Mapping[str, RiskLevel] = {
    "self-harm/intent": "active",
    "self-harm/instructions": "active",
    "self-harm": "passive",
}


def request_body(text: str, model: str) -> dict[str, Any]:
    """Return the request for one text."""
    return {"model": model, "input": text}


def level_of(document: object) -> RiskLevel:
    """Return the most pressing level that is flagged, "none" for anything else, also for answers of another shape."""
    results = document.get("results") if isinstance(document, dict) else None
    first = results[0] if isinstance(results, list) and results else None
    categories = first.get("categories") if isinstance(first, dict) else None
    if not isinstance(categories, dict):
        return "none"
    return next((level for category, level in _LEVELS.items() if categories.get(category) is True), "none")
