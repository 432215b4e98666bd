"""What we say ourselves when somebody may be in danger: fixed words by level, language and country.

The words live in replies/<language>.toml, put together here. No model is asked, so these replies cannot fail, refuse
or invent. Who needs which of them is decided elsewhere (screen, risk).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from app.core.types import RiskLevel
from app.safety.helplines import ALL_HOURS, Helpline, emergency_number, helpline_for
from app.safety.tables import FOLDER, languages_in, primary_subtag, read_table, text_at, texts_at

CRISIS_LEVELS: tuple[RiskLevel, ...] = tuple(level for level in get_args(RiskLevel) if level != "none")
VARIANTS = 3
_URGENT: tuple[RiskLevel, ...] = ("active", "imminent")
_SENTENCE_START = re.compile(r"""([.!?]["”»]? )(?!findahelpline)([^\W\d_])""")


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """One language of replies/. `people` is how a level names professional and trusted person, `stay` how it ends."""

    words: Mapping[str, str]
    resource: Mapping[str, str]
    opens: Mapping[RiskLevel, tuple[str, ...]]
    people: Mapping[RiskLevel, tuple[str, ...]]
    stay: Mapping[RiskLevel, tuple[str, ...]]
    follow_up: tuple[str, ...]
    urgent: str
    screening_failed: str
    safe_instead: tuple[str, ...]
    joint: str


def crisis_reply(level: RiskLevel, language: str, country: str, variant: int, is_minor: bool = False) -> str:
    """Return the reply to words of that level: at most 120 words, in Chinese at most 240 characters.

    It asks about safety, names a helpline, a professional and a trusted person, and stays in the conversation
    (VERA-MH red items, read 2026-11). `variant` is any number, such as the count of crisis turns so far, so that the
    same block does not come twice in a row. Raises KeyError for level `none`: nobody is in danger, nothing to say.
    """
    book = phrasebook(language)
    parts = (
        pick(book.opens[level], variant),
        "{resource}",
        pick(book.people[level], variant),
        pick(book.stay[level], variant),
    )
    return _filled(book.joint.join(parts), book, language, country, is_minor)


def resource_line(language: str, country: str, is_minor: bool = False) -> str:
    """Return one sentence with the helpline, to stand after a model's reply in a session that is flagged."""
    return _resource(phrasebook(language), helpline_for(country, language, is_minor))


def follow_up(level: RiskLevel, language: str, country: str, variant: int, is_minor: bool = False) -> str:
    """Return the reply to "never mind" after a disclosure: believes, leaves the door open, repeats the resource."""
    book = phrasebook(language)
    text = pick(book.follow_up, variant)
    if level in _URGENT:
        text = text.replace("{resource}", book.joint.join(("{resource}", book.urgent)))
    return _filled(text, book, language, country, is_minor)


def screening_failed(language: str, country: str) -> str:
    """Return what to say when the screen itself broke, so that we do not know whether anybody is in danger."""
    book = phrasebook(language)
    return _filled(book.screening_failed, book, language, country, is_minor=False)


def safe_instead(language: str, variant: int) -> str:
    """Return the reply that takes the place of a model's reply which must not be sent. It ends with a question."""
    return pick(phrasebook(language).safe_instead, variant)


def pick(texts: tuple[str, ...], variant: int) -> str:
    """Return one of the texts; any number will do."""
    return texts[variant % len(texts)]


def _filled(text: str, book: Phrasebook, language: str, country: str, is_minor: bool) -> str:
    suffix = "_minor" if is_minor else ""
    number = emergency_number(country)
    emergency = book.words["emergency"].format(number=number) if number else book.words["emergency_unknown"]
    filled = text.format(
        resource=resource_line(language, country, is_minor),
        emergency=emergency,
        professional=book.words["professional" + suffix],
        trusted=book.words["trusted" + suffix],
    )
    return _capitalised(filled)


def _capitalised(text: str) -> str:
    """Begin each sentence with a capital: a placeholder may stand first in its sentence."""
    return _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)


def _resource(book: Phrasebook, line: Helpline | None) -> str:
    if line is None:
        return book.resource["unknown"]
    if line.hours != ALL_HOURS:
        kind = "some_hours"
    elif "call" not in line.channel:
        kind = "text"
    else:
        kind = "call_text" if "text" in line.channel else "call"
    return book.resource[kind].format(name=line.name, number=line.number)


@cache
def phrasebook(language: str) -> Phrasebook:
    """Return the words for a language tag: its primary subtag, else English. Each file is read once.

    Raises ContentError naming the file and the key.
    """
    folder = FOLDER / "replies"
    subtag = primary_subtag(language)
    known = languages_in(folder)
    return load_phrasebook(folder / f"{subtag if subtag in known else 'en'}.toml")


def load_phrasebook(path: Path) -> Phrasebook:
    """Read one file of replies/. Raises ContentError when a key is missing or a list too short."""
    table, name = read_table(path), f"replies/{path.name}"
    words = ("emergency", "emergency_unknown", "professional", "professional_minor", "trusted", "trusted_minor")
    resource = ("call", "call_text", "text", "some_hours", "unknown")
    return Phrasebook(
        words={key: text_at(table, f"words.{key}", name) for key in words},
        resource={key: text_at(table, f"resource.{key}", name) for key in resource},
        opens={level: texts_at(table, f"{level}.open", name, VARIANTS) for level in CRISIS_LEVELS},
        people={level: _own_or_shared(table, level, "people", name) for level in CRISIS_LEVELS},
        stay={level: _own_or_shared(table, level, "stay", name) for level in CRISIS_LEVELS},
        follow_up=texts_at(table, "follow_up.text", name, VARIANTS),
        urgent=text_at(table, "follow_up.urgent", name),
        screening_failed=text_at(table, "screening_failed.text", name),
        safe_instead=texts_at(table, "safe_instead.text", name, VARIANTS),
        joint="" if path.stem == "zh" else " ",  # Chinese puts no space between sentences
    )


def _own_or_shared(table: Mapping[str, Any], level: RiskLevel, key: str, name: str) -> tuple[str, ...]:
    section = level if key in table[level] else "shared"
    return texts_at(table, f"{section}.{key}", name, VARIANTS)
