"""Personal data and secrets, found by rule and replaced by a word for what stood there: [email], [phone], [card] ...

What stays on purpose: years, prices, times, short numbers such as 988 or 112, the helplines that the server itself
names, toll-free numbers (an organisation's, nobody's own), addresses of one's own machine. Names of people are not
found: that needs a reader.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from stdnum import iban, luhn

from app.core.types import Message
from app.safety.helplines import directory
from scripts.dataset.types import Conversation, Finding, Report

Keep = Callable[[re.Match[str]], bool]
"""Whether a match is no personal data after all."""


def redact(conversation: Conversation, report: Report) -> Conversation:
    """Return the conversation without what the rules find; each kind in a message is reported, never the words."""
    messages: list[Message] = []
    for number, message in enumerate(conversation.messages, 1):
        text, kinds = redact_text(message.text)
        for kind in dict.fromkeys(kinds):
            said = f"message {number}: {kinds.count(kind)} replaced by [{kind}]"
            report(Finding("info", f"redacted_{kind}", conversation.where, said))
        messages.append(Message(message.role, text) if kinds else message)
    return replace(conversation, messages=tuple(messages)) if tuple(messages) != conversation.messages else conversation


def redact_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text with placeholders, and the kind of each thing replaced, in the order of the rules."""
    if not _TRIGGER.search(text):
        return text, ()
    kinds: list[str] = []
    for kind, pattern, keep in _RULES:
        text = pattern.sub(partial(_replace, kind, keep, kinds), text)
    return text, tuple(kinds)


def _replace(kind: str, keep: Keep, kinds: list[str], match: re.Match[str]) -> str:
    if keep(match):
        return match[0]
    kinds.append(kind)
    return f"{match.groupdict().get('lead') or ''}[{kind}]"


def _never(_: re.Match[str]) -> bool:
    return False


def _is_no_card(match: re.Match[str]) -> bool:
    digits = _digits(match[0])
    return not (13 <= len(digits) <= 19 and digits[0] in "23456" and luhn.is_valid(digits))


def _is_no_iban(match: re.Match[str]) -> bool:
    return not iban.is_valid(match[0])


def _is_no_address(match: re.Match[str]) -> bool:
    try:
        address = ipaddress.ip_address(match["ip"])
    except ValueError:
        return True
    return address.is_loopback or address.is_unspecified


def _is_no_persons_phone(match: re.Match[str]) -> bool:
    digits = _digits(match[0])
    national = digits.removeprefix("1") if len(digits) == 11 else digits
    return (
        not 7 <= len(digits) <= 15 or national[:3] in _TOLL_FREE or national in _helplines() or digits in _helplines()
    )


@cache
def _helplines() -> frozenset[str]:
    return frozenset(_digits(line.number) for line in directory().lines)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


_TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")  # North American Numbering Plan, toll-free codes
_TRIGGER = re.compile(r"[\d@:=_]|sk-|AKIA|-----|(?i:bearer)")  # each rule needs one of these

_KEYS = "|".join((
    r"sk-[A-Za-z0-9_-]{16,}",  # OpenAI and those who copied its form
    r"AKIA[0-9A-Z]{16}",  # AWS
    r"gh[opsru]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
    r"xox[abprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"AIza[\w-]{30,}",  # Google
    r"hf_[A-Za-z0-9]{20,}",  # Hugging Face
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}",  # JSON Web Token
))  # fmt: skip

_RULES: tuple[tuple[str, re.Pattern[str], Keep], ...] = (
    (
        "key",
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)", re.DOTALL),
        _never,
    ),
    ("link", re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/@:]{1,200}:[^\s/@]{1,200}@\S+", re.IGNORECASE), _never),
    (
        "link",
        re.compile(r"\bhttps?://\S{1,500}[?&](?:access_token|api_?key|token|secret|password|sig)=\S+", re.IGNORECASE),
        _never,
    ),
    ("key", re.compile(rf"(?<![\w-])(?:{_KEYS})(?![\w-])"), _never),
    ("key", re.compile(r"(?P<lead>\bBearer\s+)(?=\S*\d)[A-Za-z0-9._~+/-]{16,}=*", re.IGNORECASE), _never),
    (
        "secret",
        re.compile(
            r"(?P<lead>\b(?:password|passcode|passwd|pwd|api[ _-]?key|secret|token)\s*[:=]\s*)(?!\[)\S{4,}",
            re.IGNORECASE,
        ),
        _never,
    ),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?!\w)"), _never),
    ("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), _is_no_iban),
    ("card", re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"), _is_no_card),
    ("ssn", re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])"), _never),
    (
        "ip",
        re.compile(r"(?<![\w.:])(?<!version )(?<!v)(?P<ip>\d{1,3}(?:\.\d{1,3}){3})(?![\w]|\.\d)", re.IGNORECASE),
        _is_no_address,
    ),
    (
        "ip",
        re.compile(r"(?<![\w:.])(?P<ip>(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4})(?![\w:])", re.IGNORECASE),
        _is_no_address,
    ),
    ("phone", re.compile(r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\w)"), _is_no_persons_phone),
    (
        "phone",
        re.compile(r"(?<![\w.$€£-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}(?![\w-])"),
        _is_no_persons_phone,
    ),
    (
        "phone",
        re.compile(r"(?<![\w.,$€£+-])(?<!\d )\(?0[1-9]\d{1,4}\)?(?:[ /-]?\d){5,9}(?![\w-]|[.,]\d)"),
        _is_no_persons_phone,
    ),
    (
        "phone",
        re.compile(
            r"(?P<lead>\b(?:call|phone|tel|text|mobile|cell|whatsapp)\b[^\d\n+]{0,20})"
            r"(?:\d{3}[ .-]\d{4}|\d{10,11})(?![\w-])",
            re.IGNORECASE,
        ),
        _is_no_persons_phone,
    ),
    ("handle", re.compile(r"(?<![\w@./])@(?:[A-Za-z_]\w{2,30}|\d{5,20})(?![\w@])"), _never),
)
