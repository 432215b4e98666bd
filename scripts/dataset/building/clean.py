"""The words of a conversation without what a web page, a spreadsheet or a copy left in them. Each change is reported.

What order and length a conversation must have is asked in shape.py; personal data is looked for in redact.py.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from app.core import text as core
from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAGS = "a|abbr|b|blockquote|div|em|font|h[1-6]|hr|i|img|p|pre|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul|ol"
_BREAKING_TAG = re.compile(r"\s*<(?:/(?:p|div|li|h[1-6]|tr|blockquote)|br\s*/?|li)(?:\s[^<>]*)?>\s*", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_TAGS}|p|li|br)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_SPECIAL_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")  # joiners stay
_RUN = re.compile(r"[ \t]+")
_AROUND_BREAK = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_PLAIN = re.compile(r"(?!\s)(?!.*(?:  |&|<))[ -~]*(?<!\s)", re.DOTALL)


def clean(conversation: Conversation, report: Report) -> Conversation:
    """Return the conversation with clean words; an unchanged one is returned itself."""
    messages = tuple(
        _clean_message(message, number, conversation.where, report)
        for number, message in enumerate(conversation.messages, 1)
    )
    return conversation if messages == conversation.messages else replace(conversation, messages=messages)


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text as a person would have typed it, and the names of the rules that changed it, in their order."""
    if _PLAIN.fullmatch(text):  # most messages; a tenth of the time of trying each rule
        return text, ()
    changed: list[str] = []
    for name, rule in _RULES.items():
        before, text = text, rule(text)
        if text != before:
            changed.append(name)
    return text, tuple(changed)


def _clean_message(message: Message, number: int, where: str, report: Report) -> Message:
    text, changed = clean_text(message.text)
    for name in changed:
        report(Finding("info", name, where, f"message {number}: {_WORDS[name]}"))
    return Message(message.role, text) if changed else message


def _read_entities(text: str) -> str:
    """Return the text with &amp; and its like read, twice: what was escaped twice is common in exports."""
    once = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), once) if once != text else text


def _drop_tags(text: str) -> str:
    return _TAG.sub("", _BREAKING_TAG.sub("\n", text)).strip() if "<" in text else text


def _drop_controls(text: str) -> str:
    """Return the text with every line break as one and no control character; the server's own rule."""
    return core.clean(text)


def _tidy_spaces(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", _AROUND_BREAK.sub("\n", _RUN.sub(" ", text))).strip()


_RULES: dict[str, Callable[[str], str]] = {
    "html_entities": _read_entities,
    "html_tags": _drop_tags,
    "special_spaces": lambda text: _SPECIAL_SPACE.sub(" ", text),
    "invisible_characters": lambda text: _INVISIBLE.sub("", text),
    "line_breaks": lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
    "spaces": _tidy_spaces,
    "control_characters": lambda text: text if text.isprintable() else _drop_controls(text),
    "composed_letters": lambda text: unicodedata.normalize("NFC", text),
}
_WORDS = {
    "html_entities": "HTML entities read as the signs they stand for",
    "html_tags": "HTML tags taken out",
    "special_spaces": "no-break and other special spaces made plain",
    "invisible_characters": "invisible characters taken out",
    "line_breaks": "line breaks of other systems made plain",
    "control_characters": "control characters taken out",
    "composed_letters": "letters with separate accents put together",
    "spaces": "spaces doubled or at the ends taken out",
}
