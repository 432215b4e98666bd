"""Does a text ask something? Told by its end and, in English, by its first word."""

import re

_END = re.compile(r"[?？؟⁇][\s\"'”’)\]]*$")
_START = re.compile(
    r"\s*(?:and |so |but |then )?(?:what|how|why|when|where|which|who|whom|whose|whether|is|are|do|does|did|can|could|"
    r"define|explain|describe|list|name|state|give|write|tell|compare|differentiate|discuss|mention|difference between)\b",
    re.IGNORECASE,
)


def ends_as_question(text: str) -> bool:
    """Tell whether the last sentence ends in a question mark of any script."""
    return bool(_END.search(text))


def is_question(text: str) -> bool:
    """Tell whether the text ends as a question or starts as one, or as a task ("define", "explain")."""
    return ends_as_question(text) or bool(_START.match(text))
