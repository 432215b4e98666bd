"""Where the personas live: one TOML file each, words that anybody can edit. Their rules are in core/persona.py."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from app.core.errors import ContentError
from app.core.persona import Persona, parse_persona

SHIPPED = Path(__file__).parent


def load_personas(folder: Path = SHIPPED) -> Mapping[str, Persona]:
    """Return every persona of a folder by id.

    Raises ContentError when the folder holds none, a file is wrong, or two personas claim one intent.
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
    return parse_persona(file.name, table)


def _check_intents(personas: list[Persona]) -> None:
    owners: dict[str, str] = {}
    for persona in personas:
        for intent in persona.intents:
            other = owners.setdefault(intent, persona.id)
            if other != persona.id:
                raise ContentError(f'personas {other} and {persona.id} both claim intent "{intent}"; leave it to one')
