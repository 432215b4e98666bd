"""What a person may set of a source: `key=value` words, checked against the fields of its Options."""

import dataclasses
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin, get_type_hints

from scripts.sources.discovery import Source

_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}


class BadOption(Exception):
    """A word after --set cannot be used; the message says which and what could stand there."""


def read_options(source: Source, words: Sequence[str]) -> Any:
    """Return the source's Options with what `key=value` words set; several texts are divided by commas.

    Raises BadOption naming the key or value that is not known, with the nearest known one.
    """
    kinds = get_type_hints(source.Options)
    given = dict(_read(source.NAME, word, kinds) for word in words)
    return source.Options(**given)


def describe_options(source: Source) -> tuple[str, ...]:
    """Return `key=default` for each field, for help and error messages."""
    return tuple(f"{field.name}={_shown(field.default)}" for field in dataclasses.fields(source.Options))


def _read(name: str, word: str, kinds: dict[str, Any]) -> tuple[str, Any]:
    key, sign, value = word.partition("=")
    if not sign:
        raise BadOption(f'--set {word}: expected key=value, for example --set {next(iter(kinds), "key")}="..."')
    if key not in kinds:
        raise BadOption(f'source {name} has no option "{key}"{_hint(key, list(kinds))}')
    return key, _value(key, value, kinds[key])


def _value(key: str, value: str, kind: Any) -> Any:
    if kind is bool:
        if value.lower() not in _YES_OR_NO:
            raise BadOption(f'option {key}: "{value}" is neither yes nor no')
        return _YES_OR_NO[value.lower()]
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise BadOption(f'option {key}: "{value}" is not known{_hint(value, get_args(kind))}')
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _hint(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; known are {', '.join(known)}" if known else "; it has none"


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return ",".join(default) if isinstance(default, tuple) else str(default)
