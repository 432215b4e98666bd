"""Who uses a model: the personas that name it, and the settings."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.personas import SHIPPED, load_personas

_SETTINGS = ("MODEL", "FALLBACK_MODEL", "MODERATION_MODEL")


def users_of(model: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield where a model is named, in words. Raises ContentError when a persona cannot be read."""
    for name in _SETTINGS:
        if environment.get(name) == model:
            yield f"the setting {name}"
    if model in (pair.partition("=")[2] for pair in environment.get("DEFAULT_MODELS", "").split()):
        yield "the setting DEFAULT_MODELS"
    folder = Path(environment.get("PERSONAS_DIR") or SHIPPED)
    for persona in load_personas(folder).values():
        if persona.model == model:
            yield f"persona {persona.id} ({folder / persona.id}.toml)"
