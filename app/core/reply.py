"""From the model's raw words to words that a person can be shown."""

import re

from app.core.persona import Persona
from app.core.text import clean, whole_sentences
from app.core.types import Completion, FinishReason

MAX_REPLY_CHARACTERS = 24_000  # far over any max_tokens; a model that runs on must not become a wall of text

_UNFINISHED: frozenset[FinishReason] = frozenset({"length", "deadline", "cut"})
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


def tidy(persona: Persona, completion: Completion) -> str:
    """Return the model's words without labels, stop marks and other speakers' lines; empty when nothing is left.

    Words that were cut (by max_tokens, the deadline or a broken connection) end at their last whole sentence. When
    max_tokens cut the very first one, its words are kept with an ellipsis; when time did, nothing is.
    """
    text = _own_words(persona, clean(completion.text, MAX_REPLY_CHARACTERS))
    if completion.finish_reason not in _UNFINISHED or not text:
        return text
    whole = whole_sentences(text)
    if whole or completion.finish_reason != "length":
        return whole
    return text.rpartition(" ")[0].rstrip(" ,;:-") + "\u2026" if " " in text else text


def _own_words(persona: Persona, text: str) -> str:
    """Return the part that the persona says: after its own label, before anybody else's line or a mark."""
    own = _label({persona.labels.assistant, persona.name, "Assistant"})
    anybody = _label({persona.labels.assistant, persona.name, "Assistant", persona.labels.user, "User", "Human"})
    text = re.sub(rf"\A(?:\s*{own})+", "", text)
    text = re.split(rf"(?:\A|\n)[^\S\n]*{anybody}", text, maxsplit=1)[0]
    text = f" {text}"  # a mark such as " END" may be all there is
    for mark in _marks(persona):
        text = text.partition(mark)[0]
    return _BLANK_LINES.sub("\n\n", text).strip()


def _label(names: set[str]) -> str:
    """Return a pattern for one of the names as models write a speaker: `JOY:`, `joy ->`, `**JOY:**`."""
    spoken = "|".join(re.escape(name) for name in sorted(names - {""}, key=len, reverse=True))
    return rf"(?i:[*_]*(?:{spoken})[*_]*\s*(?::|\uff1a|->)[*_]*)"


def _marks(persona: Persona) -> tuple[str, ...]:
    text_marks = (persona.end, persona.separator) if persona.format == "text" else ()
    return (*persona.sampling.stop, *text_marks, "<|im_end|>", "<|endoftext|>", "</s>")
