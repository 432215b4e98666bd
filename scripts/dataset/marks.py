"""The marks of prompt/completion models: the separator that ends a prompt, the end mark that ends an answer.

A mark is a sign that the data itself never says. That all answers happen to end alike ("tive" of positive and
negative) makes no mark: as a stop it would cut real sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SEPARATORS = (" ->", "\n\n###\n\n", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n--->\n\n", "\n\n### =>\n\n")
ENDINGS = ("\n", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%", " [END]")

_SIGN = re.compile(
    r"\s{0,8}(?:[-=#>*+~|&$@%^_/\\]{2,20}|[<\[][/|]?[A-Za-z_|]{1,20}[>\]]|\s(?:END|STOP|DONE))\s{0,8}\Z"  # ###, </s>
    r"|\n{1,4}[A-Z][\w ]{0,20}:\s{0,8}\Z"  # a label on its own line: "\n\nAgent:"
    r"|\n\s{0,8}\Z"
)
_LABEL_SIGNS = (":", ">", "]", ")", "}", "|", "=")


@dataclass(frozen=True, slots=True)
class Marks:
    """How a prompt ends and how an answer ends; None where the data has no such mark."""

    separator: str | None
    ending: str | None


def find_marks(prompts: Sequence[str], completions: Sequence[str]) -> Marks:
    """Return the marks that every row has at its end and none inside: added by us or there before."""
    return Marks(_mark_of(prompts, SEPARATORS), _mark_of(completions, ENDINGS))


def choose_separator(prompts: Sequence[str]) -> str:
    """Return the first separator that no prompt holds; " ->" only where prompts are single lines."""
    many_lines = any("\n" in prompt for prompt in prompts)
    return _first_unused(SEPARATORS[1:] if many_lines else SEPARATORS, prompts)


def choose_ending(completions: Sequence[str]) -> str:
    """Return the first end mark that no completion holds; never ".", which would cut the answers to come."""
    return _first_unused(ENDINGS, completions)


def common_prefix(texts: Sequence[str]) -> str:
    """Return the longest beginning that all texts share."""
    first, last = min(texts, default=""), max(texts, default="")  # what these two share, all between them share too
    length = next(
        (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    return first[:length]


def common_suffix(texts: Sequence[str]) -> str:
    """Return the longest end that all texts share."""
    return common_prefix([text[::-1] for text in texts])[::-1]


def removable_prefix(texts: Sequence[str]) -> str:
    """Return the beginning that all texts share, cut back to whole words.

    Of thirty mentions that begin with "@1157" nothing is removable, "Answer: " is, and of "Please sum up: Wh" it is
    "Please sum up: ". A text alone, or texts that are all the same, share nothing.
    """
    prefix = common_prefix(texts)
    following = {text[len(prefix) :][:1] for text in texts}
    if len(texts) < 2 or following == {""}:
        return ""
    if prefix and not _ends_at_a_word(prefix, following):
        return prefix[: len(prefix) - len(re.split(r"\s", prefix)[-1])]
    return prefix


def _ends_at_a_word(prefix: str, following: set[str]) -> bool:
    if prefix[-1].isspace() or all(sign.isspace() or not sign for sign in following):
        return True
    is_inside = all(sign.isdigit() or sign == "/" for sign in following)  # 12:30, https://
    return prefix.endswith(_LABEL_SIGNS) and not is_inside


def _mark_of(texts: Sequence[str], known: Sequence[str]) -> str | None:
    suffix = common_suffix(texts)
    mark = max((mark for mark in known if suffix.endswith(mark)), key=len, default="")
    if not mark:
        sign = _SIGN.search(suffix)
        mark = sign[0] if sign else ""
    return mark if mark and not any(mark in text[: -len(mark)] for text in texts) else None


def _first_unused(marks: Sequence[str], texts: Sequence[str]) -> str:
    return next((mark for mark in marks[:-1] if not any(mark in text for text in texts)), marks[-1])
