"""The personas: that their files can be read, that the default one is there, and which model each one asks."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.core.errors import ContentError
from app.core.manifest import PromptManifest, has_drifted
from app.core.persona import Persona
from app.personas import SHIPPED, load_personas, read_manifest
from app.settings import Settings, choose_model, read_pairs
from scripts.checkup.case import Case
from scripts.checkup.results import Result, failed, ok, warning

_CHECK = "personas"


def check_personas(case: Case) -> Iterator[Result]:
    """Read all persona files as the server does at its start."""
    try:
        personas = _read(case.environment)
    except ContentError as error:
        yield failed(_CHECK, str(error), "mend the file; the README's table of keys says what each one takes")
        return
    default = default_persona(case.environment)
    problems = [*_no_default(default, personas), *_without_model(personas, case), *_drifted(default, personas, case)]
    yield from problems or [ok(_CHECK, f"{len(personas)} can be read, and each has a model")]


def _no_default(default: str, personas: Mapping[str, Persona]) -> Iterator[Result]:
    if default not in personas:
        yield failed(_CHECK, "DEFAULT_PERSONA names no persona", f"set it to one of {', '.join(personas)}")


def _without_model(personas: Mapping[str, Persona], case: Case) -> Iterator[Result]:
    names = [name for name, persona in personas.items() if not model_of(persona, case.environment)]
    if names:
        yield failed(_CHECK, f"no model is set for {', '.join(names)}", "set MODEL, or `model` in the persona's file")


def _drifted(default: str, personas: Mapping[str, Persona], case: Case) -> Iterator[Result]:
    """Compare the default persona with its model's training; others may well ask a model that is not theirs."""
    if default not in personas:
        return
    persona = personas[default]
    manifest = _manifest(persona, case.environment)
    if manifest is not None and has_drifted(persona, manifest):
        said = f"the instructions of {default} are not those that its model was trained with"
        yield warning(_CHECK, said, "train it again with these, or take the former ones back")


def personas_of(environment: Mapping[str, str]) -> Mapping[str, Persona]:
    """Return the personas by id, none when they cannot be read."""
    try:
        return _read(environment)
    except ContentError:
        return {}


def is_asked_in_text(persona: Persona, environment: Mapping[str, str]) -> bool:
    """Return whether the persona's model reads one text rather than messages: its training says, else the file."""
    manifest = _manifest(persona, environment)
    return (manifest or persona).format == "text"


def model_of(persona: Persona, environment: Mapping[str, str]) -> str | None:
    """Return the model that a persona asks, as the server chooses it."""
    try:
        defaults = read_pairs(environment.get("DEFAULT_MODELS", ""))
    except ValueError:  # the settings' own line says what is wrong with it
        defaults = {}
    return choose_model(persona.id, persona.model, environment.get("MODEL"), defaults)


def default_persona(environment: Mapping[str, str]) -> str:
    """Return who answers when nobody is named."""
    return environment.get("DEFAULT_PERSONA") or str(Settings.model_fields["default_persona"].default)


def _read(environment: Mapping[str, str]) -> Mapping[str, Persona]:
    """Return the personas as their files say, once the manifests of their models can be read too."""
    personas = load_personas(_folder(environment))
    for persona in personas.values():
        _manifest(persona, environment)
    return personas


def _manifest(persona: Persona, environment: Mapping[str, str]) -> PromptManifest | None:
    model = model_of(persona, environment)
    return read_manifest(_folder(environment), model) if model else None


def _folder(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("PERSONAS_DIR") or SHIPPED)
