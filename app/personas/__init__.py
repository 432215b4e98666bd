"""Where the personas live: one TOML file each, words that anybody can edit. Their rules are in core/persona.py."""

import json
import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path

from app.core.errors import ContentError
from app.core.manifest import as_trained, has_drifted, parse_manifest
from app.core.persona import Persona, parse_persona

SHIPPED = Path(__file__).parent

logger = logging.getLogger(__name__)


def load_personas(folder: Path = SHIPPED) -> Mapping[str, Persona]:
    """Return every persona of a folder by id.

    One that names a manifest comes with the prompt that its model was trained on; a warning is logged when its
    instructions have changed since. Raises ContentError when the folder holds none, a file is wrong, or two personas
    claim one intent.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ContentError(f"no persona found: {folder} holds no .toml file; set PERSONAS_DIR to a folder that does")
    personas = [_load(file) for file in files]
    _check_intents(personas)
    return {persona.id: persona for persona in personas}


def _load(file: Path) -> Persona:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise ContentError(f"persona {file.name}: not readable as TOML: {error}") from error
    persona = parse_persona(file.name, table)
    return persona if persona.manifest is None else _with_manifest(persona, file.parent / persona.manifest)


def _with_manifest(persona: Persona, path: Path) -> Persona:
    try:
        manifest = parse_manifest(path.name, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise ContentError(f"persona {persona.id}: manifest {path} is not readable as JSON: {error}") from error
    if has_drifted(persona, manifest):
        logger.warning(
            "the instructions of a persona are not those that its model was trained with", extra={"persona": persona.id}
        )
    return as_trained(persona, manifest)


def _check_intents(personas: list[Persona]) -> None:
    owners: dict[str, str] = {}
    for persona in personas:
        for intent in persona.intents:
            other = owners.setdefault(intent, persona.id)
            if other != persona.id:
                raise ContentError(f'personas {other} and {persona.id} both claim intent "{intent}"; leave it to one')
