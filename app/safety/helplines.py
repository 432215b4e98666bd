"""Which helpline and which emergency number to name, for a country; and which country a turn comes from.

An unknown country is an honest answer (empty): the words then point to findahelpline.com and the local emergency
number. A wrong number is worse than none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from app.core.errors import ContentError
from app.safety.tables import FOLDER, primary_subtag, read_table, text_at

Channel = Literal["call", "text", "chat"]
FINDER = "findahelpline.com"
ALL_HOURS = "24/7"

_CODE = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Helpline:
    """One line that answers. `checked` is the day somebody last found number and hours at `source`."""

    country: str
    name: str
    number: str
    channel: tuple[Channel, ...]
    hours: str
    url: str
    source: str
    checked: date
    youth: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """The whole of helplines.toml. `names` and `calling_codes` lead to two-letter country codes."""

    lines: tuple[Helpline, ...]
    emergency: Mapping[str, str]
    names: Mapping[str, str]
    calling_codes: Mapping[str, str]


def helplines_for(country: str) -> tuple[Helpline, ...]:
    """Return the rows of a country in the order of the file; empty for a country that we do not know."""
    return tuple(line for line in directory().lines if line.country == country.upper())


def helpline_for(country: str, language: str, is_minor: bool = False) -> Helpline | None:
    """Return the one row to name first: a youth line for a minor, then a line in the person's language."""
    speaks = primary_subtag(language)
    for_all = [line for line in helplines_for(country) if not line.youth]
    youth = [line for line in helplines_for(country) if line.youth and is_minor]
    fitting = youth + [line for line in for_all if speaks in line.languages]
    return next(iter(fitting + [line for line in for_all if not line.languages]), None)


def emergency_number(country: str) -> str:
    """Return what to dial when life is in danger; empty for a country that we do not know."""
    return directory().emergency.get(country.upper(), "")


def country_from(language: str, phone: str = "", parameter: str = "") -> str:
    """Return a two-letter country code, or empty: the parameter wins, then the phone's +prefix, then the locale.

    A language alone says nothing about a place: `en`, `fr` and `es-419` are unknown, never the largest country.
    """
    return _named(parameter) or _called_from(phone) or _region(language)


@cache
def directory() -> Directory:
    """Return the checked content of helplines.toml, read once. Raises ContentError."""
    return load_directory(FOLDER / "helplines.toml")


def load_directory(path: Path) -> Directory:
    """Read a directory file. Raises ContentError naming the file, the row and the key."""
    table = read_table(path)
    rows = table.get("helpline")
    if not isinstance(rows, list) or not rows:
        raise ContentError(f"safety {path.name}: key 'helpline' is missing; write at least one [[helpline]]")
    return Directory(
        lines=tuple(_helpline(row, f"{path.name} helpline {number}") for number, row in enumerate(rows, 1)),
        emergency=_codes(table, "emergency", path.name),
        names={name.casefold(): code for name, code in _codes(table, "names", path.name).items()},
        calling_codes=_codes(table, "calling_codes", path.name),
    )


def _helpline(row: Any, where: str) -> Helpline:
    if not isinstance(row, Mapping):
        raise ContentError(f"safety {where}: must be a table")
    checked = row.get("checked")
    if not isinstance(checked, date):
        raise ContentError(f"safety {where}: key 'checked' must be a date like 2026-11-21")
    return Helpline(
        country=text_at(row, "country", where),
        name=text_at(row, "name", where),
        number=text_at(row, "number", where),
        channel=_channels(row.get("channel"), where),
        hours=text_at(row, "hours", where),
        url=text_at(row, "url", where),
        source=text_at(row, "source", where),
        checked=checked,
        youth=row.get("youth", False) is True,
        languages=tuple(row.get("languages", ())),
    )


def _channels(value: object, where: str) -> tuple[Channel, ...]:
    known: Sequence[str] = get_args(Channel)
    if not isinstance(value, list) or not value or any(item not in known for item in value):
        raise ContentError(f"safety {where}: key 'channel' must be a list of {', '.join(known)}")
    return tuple(cast("list[Channel]", value))


def _codes(table: Mapping[str, Any], key: str, file: str) -> Mapping[str, str]:
    value = table.get(key)
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for item in value.values()):
        raise ContentError(f"safety {file}: key {key!r} must be a table of texts")
    return value


def _named(parameter: str) -> str:
    name = parameter.strip()
    if alias := directory().names.get(name.casefold()):
        return alias
    return name.upper() if _CODE.fullmatch(name) else ""


def _called_from(phone: str) -> str:
    if not phone.strip().startswith("+"):
        return ""
    digits = re.sub(r"\D", "", phone)
    prefixes = (digits[:length] for length in range(4, 0, -1))
    return next((code for prefix in prefixes if (code := directory().calling_codes.get(prefix))), "")


def _region(language: str) -> str:
    subtags = language.strip().replace("_", "-").split("-")[1:]
    return next((subtag.upper() for subtag in subtags if _CODE.fullmatch(subtag)), "")
