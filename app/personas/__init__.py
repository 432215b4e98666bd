"""Where the personas live: one TOML file each, words that anybody can edit. Their rules are in core/persona.py.

In `manifests/` beside them lies how tuned models want to be asked, a JSON file for each: see core/manifest.py.
"""

import json
import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path

from app.core.errors import ContentError
from app.core.manifest import PromptManifest, as_trained, check_model, file_name, has_drifted, parse_manifest
from app.core.persona import Persona, parse_persona

SHIPPED = Path(__file__).parent

logger = logging.getLogger(__name__)


def load_personas(folder: Path = SHIPPED) -> Mapping[str, Persona]:
    """Return every persona of a folder by id, each as its file says.

    Raises ContentError when the folder holds none, a file is wrong, or two personas claim one intent.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ContentError(f"no persona found: {folder} holds no .toml file; set PERSONAS_DIR to a folder that does")
    personas = [_load(file) for file in files]
    _check_intents(personas)
    return {persona.id: persona for persona in personas}


def manifest_path(folder: Path, model: str) -> Path:
    """Return where the manifest of a model lies, if it has one, beside the personas of a folder."""
    return folder / "manifests" / file_name(model)


def read_manifest(folder: Path, model: str) -> PromptManifest | None:
    """Return how a model was trained to be asked, None when nothing is known of it. Raises ContentError."""
    path = manifest_path(folder, model)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ContentError(f"manifest {path.name} is not readable as JSON: {error}") from error
    check_model(path.name, manifest, model)
    return parse_manifest(path.name, manifest)


def as_asked(persona: Persona, model: str, folder: Path = SHIPPED) -> Persona:
    """Return the persona as this model is to be asked: as it was trained, or as the persona's own file says.

    A warning is logged when the instructions have changed since the training. Raises ContentError.
    """
    manifest = read_manifest(folder, model)
    if manifest is None:
        return persona
    if has_drifted(persona, manifest):
        logger.warning(
            "the instructions of a persona are not those that its model was trained with", extra={"persona": persona.id}
        )
    return as_trained(persona, manifest)


def _load(file: Path) -> Persona:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise ContentError(f"persona {file.name}: not readable as TOML: {error}") from error
    return parse_persona(file.name, table)


def _check_intents(personas: list[Persona]) -> None:
    owners: dict[str, str] = {}
    for persona in personas:
        for intent in persona.intents:
            other = owners.setdefault(intent, persona.id)
            if other != persona.id:
                raise ContentError(f'personas {other} and {persona.id} both claim intent "{intent}"; leave it to one')
