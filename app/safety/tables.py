"""Read the TOML files of this folder, and say which file and which key is wrong when one is.

Only reading and typing: what a table means is its caller's business.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core.errors import ContentError

FOLDER = Path(__file__).parent


def read_table(path: Path) -> Mapping[str, Any]:
    """Return the file as a mapping. Raises ContentError when it is missing, not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContentError(f"safety {path.name}: cannot be read as TOML: {error}") from error


def languages_in(folder: Path) -> tuple[str, ...]:
    """Return the languages that have a file in the folder, by primary subtag, sorted. English must be one of them."""
    found = tuple(sorted(path.stem for path in folder.glob("*.toml")))
    if "en" not in found:
        raise ContentError(f"safety {folder.name}/en.toml: missing, and every other language falls back to it")
    return found


def primary_subtag(language: str) -> str:
    """Return `pt` for `pt-BR` and `zh` for `zh_Hans-CN`; empty for empty."""
    return language.strip().replace("_", "-").split("-")[0].lower()


def text_at(table: Mapping[str, Any], key: str, file: str) -> str:
    """Return the non-empty string at a dotted key. Raises ContentError naming file and key."""
    value = _at(table, key, file)
    if not isinstance(value, str) or not value.strip():
        raise ContentError(f"safety {file}: key {key!r} must be a text that is not empty")
    return value


def texts_at(table: Mapping[str, Any], key: str, file: str, at_least: int = 1) -> tuple[str, ...]:
    """Return the list of strings at a dotted key. Raises ContentError when it is shorter than at_least."""
    value = _at(table, key, file)
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ContentError(f"safety {file}: key {key!r} must be a list of texts, none empty")
    if len(value) < at_least:
        raise ContentError(f"safety {file}: key {key!r} has {len(value)} texts, needs at least {at_least}")
    return tuple(value)


def _at(table: Mapping[str, Any], key: str, file: str) -> object:
    value: object = table
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise ContentError(f"safety {file}: key {key!r} is missing")
        value = value[part]
    return value
