"""The personas: that their files can be read, that the default one is there, and which model each one asks."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.core.errors import ContentError
from app.core.persona import Persona
from app.personas import SHIPPED, load_personas
from app.settings import Settings
from scripts.checkup.case import Case
from scripts.checkup.results import Result, failed, ok

_CHECK = "personas"


def check_personas(case: Case) -> Iterator[Result]:
    """Read all persona files as the server does at its start."""
    try:
        personas = _read(case.environment)
    except ContentError as error:
        yield failed(_CHECK, str(error), "mend the file; the README's table of keys says what each one takes")
        return
    default = default_persona(case.environment)
    if default not in personas:
        yield failed(_CHECK, "DEFAULT_PERSONA names no persona", f"set it to one of {', '.join(personas)}")
    without = [name for name, persona in personas.items() if not model_of(persona, case.environment)]
    if without:
        yield failed(_CHECK, f"no model is set for {', '.join(without)}", "set MODEL, or `model` in the persona's file")
    if default in personas and not without:
        yield ok(_CHECK, f"{len(personas)} can be read, and each has a model")


def personas_of(environment: Mapping[str, str]) -> Mapping[str, Persona]:
    """Return the personas by id, none when they cannot be read."""
    try:
        return _read(environment)
    except ContentError:
        return {}


def model_of(persona: Persona, environment: Mapping[str, str]) -> str | None:
    """Return the model that a persona asks."""
    return environment.get("MODEL") or persona.model


def default_persona(environment: Mapping[str, str]) -> str:
    """Return who answers when nobody is named."""
    return environment.get("DEFAULT_PERSONA") or str(Settings.model_fields["default_persona"].default)


def _read(environment: Mapping[str, str]) -> Mapping[str, Persona]:
    return load_personas(Path(environment.get("PERSONAS_DIR") or SHIPPED))
