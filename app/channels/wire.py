"""Reading JSON the way Dialogflow writes it, and fitting our answer into what it accepts.

Protobuf's JSON has two spellings of each name, camelCase and snake_case, often mixed in one body; null means absent.
Unknown fields are ignored, and a field of the wrong type counts as absent, because real requests carry both.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from app.core.text import clean, shorten

Json = Mapping[str, Any]
_T = TypeVar("_T")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_MAX_NAME_CHARACTERS = 1_024
_PHONE_PREFIX_CHARACTERS = 5  # "+1416": North America needs the area code
_MAX_WORDS_OF_A_GREETING = 3


def _field(body: Json, name: str, kind: type[_T]) -> _T | None:
    value = body.get(name)
    if value is None:
        value = body.get(_CAPITAL.sub("_", name).lower())
    return value if isinstance(value, kind) else None


def has(body: Json, name: str) -> bool:
    """Return whether a field is there in either spelling, null not counting."""
    return _field(body, name, object) is not None


def read_object(body: Json, name: str) -> Json:
    """Return the object under a camelCase name, empty when absent."""
    return _field(body, name, dict) or {}


def read_objects(body: Json, name: str) -> Iterator[Json]:
    """Yield the objects of the list under a camelCase name."""
    return (item for item in _field(body, name, list) or () if isinstance(item, dict))


def read_name(body: Json, name: str) -> str:
    """Return a short string such as an id, a code or a path, cleaned, empty when absent."""
    return clean(_field(body, name, str) or "", _MAX_NAME_CHARACTERS)


def read_words(body: Json, name: str) -> str:
    """Return what a person said, cleaned and whole: every word of it is screened. Empty when absent."""
    return clean(_field(body, name, str) or "")


def read_phone_prefix(payload: Json) -> str:
    """Return the begin of a caller's number from a telephony payload: its country, never the number itself."""
    return read_name(read_object(payload, "telephony"), "callerId")[:_PHONE_PREFIX_CHARACTERS]


def read_session_path(body: Json, name: str) -> str:
    """Return a session's path whole: the id stands at its end, and two long ones must not become one."""
    return clean(_field(body, name, str) or "")


def read_flag(body: Json, name: str, default: bool) -> bool:
    """Return a boolean, the default when absent."""
    value = _field(body, name, bool)
    return default if value is None else value


def read_count(body: Json, name: str) -> int:
    """Return a whole number, 0 when absent."""
    return _field(body, name, int) or 0


def read_texts(body: Json, name: str) -> str:
    """Return the words of a list of response messages, `[{"text": {"text": ["..."]}}]`, joined by new lines."""
    texts = (read_object(message, "text").get("text") for message in read_objects(body, name))
    lines = (
        line for text in texts if isinstance(text, list) for line in text if isinstance(line, str) and line.strip()
    )
    return clean("\n".join(lines))


def is_bare_greeting(text: str) -> bool:
    """Return whether a welcome intent's text is only a greeting: "Hello, my dog died" matches the intent as well."""
    return len(text.split()) <= _MAX_WORDS_OF_A_GREETING


def session_id(path: str) -> str:
    """Return the id in a session path: after the last /sessions/, up to the next slash, without ":detectIntent".

    A path without /sessions/ names nobody, so it gives none: two people must never share one by accident.
    """
    _, found, tail = path.rpartition("/sessions/")
    if "/" in path and not found:
        return ""
    return tail.partition("/")[0].removesuffix(":detectIntent")


def fit(render: Callable[[str], Json], text: str, max_bytes: int) -> bytes:
    """Return render(text) as UTF-8 JSON of at most max_bytes; the text is cut at a sentence until it fits.

    Cut in proportion, because nobody here knows how often render repeats the text and how much JSON escapes in it.
    """
    encoded = encode(render(text))
    while len(encoded) > max_bytes and text:
        size = len(text.encode())
        text = shorten(text, min(size - 1, size * max_bytes // len(encoded)))
        encoded = encode(render(text))
    return encoded


def encode(body: Json) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
