"""Does a text ask something, and does it end? Told by its last sign and, in English, by its first word."""

import re
from collections.abc import Sequence

_END = re.compile(r"[?？؟⁇][\s\"'”’)\]]*$")
_START = re.compile(
    r"\s*(?:and |so |but |then )?(?:what|how|why|when|where|which|who|whom|whose|whether|is|are|do|does|did|can|could|"
    r"define|explain|describe|list|name|state|give|write|tell|compare|differentiate|discuss|mention|"
    r"difference between)\b",
    re.IGNORECASE,
)


def ends_as_question(text: str) -> bool:
    """Tell whether the last sentence ends in a question mark of any script."""
    return bool(_END.search(text))


def is_question(text: str) -> bool:
    """Tell whether the text ends as a question or starts as one, or as a task ("define", "explain")."""
    return ends_as_question(text) or bool(_START.match(text))


_SENTENCE_END = re.compile(r"[.!?…。！？؟।~:;)\]}\"'”’»」』`*\U00002600-\U000027bf\U0001f000-\U0001faff\ufe0f]\s*$")
_NEARLY_ALL = 0.8


def ends_sentence(text: str) -> bool:
    """Tell whether the text ends with a sign that may end a sentence: a full stop, a bracket, an emoji."""
    return bool(_SENTENCE_END.search(text))


def ends_whole(texts: Sequence[str]) -> bool:
    """Tell whether nearly all texts end as sentences do, so that one without an end stands out."""
    return len(texts) >= 10 and sum(map(ends_sentence, texts)) >= _NEARLY_ALL * len(texts)
