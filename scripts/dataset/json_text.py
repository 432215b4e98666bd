"""One line's bytes to one JSON object, stricter than `json.loads`, with causes that people can act on."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scripts.dataset.checks import reading
from scripts.dataset.checks.rules import Problem, Rule, kind_of, quoted

_MAX_DEPTH = 100
_TRICKY = re.compile(r"\\u(0000|d[89a-f])", re.IGNORECASE)
_WORDS = re.compile(r"None|True|False|undefined|nan|NaN")
_COMMENT = re.compile(r"//|#|/\*")


class BadText(Exception):
    """A line that is not an object of sound JSON: which rule it breaks, and how."""

    def __init__(self, rule: Rule, message: str, fix: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.problem = Problem(message, fix)


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the object of a line. Raises BadText; its message names columns (in characters) and never quotes words."""
    text = _decode(raw).rstrip("\r\n")
    if not text.strip():
        raise BadText(reading.BLANK_LINE, "the line is empty", "delete it")
    value = _parse(text, is_cut=not raw.endswith(b"\n"))
    if not isinstance(value, dict):
        raise BadText(reading.NOT_AN_OBJECT, f"the line is {kind_of(value)}", "write one object in braces a line")
    _refuse_depth(text, value)
    if _TRICKY.search(text):
        _refuse_odd_characters(value)
    return value


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is not UTF-8"
        raise BadText(reading.NOT_UTF_8, message, "save the file as UTF-8; it may be Windows-1252") from None


def _parse(text: str, *, is_cut: bool) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        if is_cut and (error.pos >= len(text) or error.msg.startswith("Unterminated")):
            fix = "write the file again: what made it was stopped; or delete the line"
            raise BadText(reading.CUT_LINE, "the last line ends in the middle", fix) from None
        cause, fix = _explain(error, text)
        raise BadText(reading.NOT_JSON, f"not JSON at column {error.pos + 1}: {cause}", fix) from None
    except ValueError:
        raise BadText(reading.NOT_JSON, "not JSON: a number of thousands of digits", "shorten the number") from None


def _explain(error: json.JSONDecodeError, text: str) -> tuple[str, str]:
    """Return the cause and the fix of what people write most often instead of JSON."""
    rest, before = text[error.pos :], text[: error.pos].rstrip()
    if error.msg.startswith("Extra data"):
        return "a second value follows", "put each object on its own line (LF)"
    if error.msg.startswith("Invalid control"):
        return "a raw line break, tab or control character in a text", r"write \n, \t or \u00XX"
    if error.msg.startswith("Unterminated"):
        return "a text without its closing quote", "close it on the same line"
    if error.msg.startswith("Invalid \\"):
        return "a backslash that escapes nothing", r"write \\ for a backslash"
    if before.endswith(",") and rest[:1] in ("}", "]"):
        return "a comma after the last entry", "delete that comma"
    return _explain_value(error, rest)


def _explain_value(error: json.JSONDecodeError, rest: str) -> tuple[str, str]:
    if rest.startswith("'"):
        return "single quotes", "use double quotes; json.dumps writes them, str() of a dict does not"
    if _WORDS.match(rest):
        return "a word of Python or JavaScript", "write null, true or false"
    if _COMMENT.match(rest):
        return "a comment", "delete it; JSON has none"
    if "property name" in error.msg:
        return "a key without double quotes", "put each key in double quotes"
    if "delimiter" in error.msg:
        return "a missing comma or colon, or a quote in a text", r"write \" for a quote inside a text"
    return "no value where one must stand", "write the object with json.dumps"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise BadText(reading.REPEATED_KEY, f"an object has the key {quoted(twice)} twice", "keep one of the two")
    return value


def _refuse_constant(name: str) -> None:
    raise BadText(reading.NOT_A_NUMBER, f"the line holds {name}", "write null, or leave the key out")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse_constant)


def _too_deep() -> BadText:
    return BadText(reading.NESTED_TOO_DEEP, f"nested more than {_MAX_DEPTH} deep", "flatten it")


def _refuse_depth(text: str, value: Any) -> None:
    if text.count("[") + text.count("{") <= _MAX_DEPTH:
        return
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _too_deep()


def _inside(outer: Any) -> Iterator[Any]:
    if isinstance(outer, dict | list):
        entries = outer.values() if isinstance(outer, dict) else outer
        yield from (entry for entry in entries if isinstance(entry, dict | list))


def _refuse_odd_characters(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False)
    try:
        written.encode("utf-8")
    except UnicodeEncodeError:
        fix = "write the whole character, or leave it out"
        raise BadText(reading.LONE_SURROGATE, "a text holds half of a character", fix) from None
    if r"\u0000" in written.replace("\\\\", ""):
        raise BadText(reading.NUL_CHARACTER, "a text holds the character NUL", "delete it")
