"""What two texts are compared by: their words without case and punctuation, and a number that stands for them."""

import re
from hashlib import blake2b

_WIDE = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+")  # scripts without spaces: each character counts as a word


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and punctuation."""
    return _WORD.findall(text.casefold())


def fold(text: str) -> str:
    """Return one spelling for texts that differ in case, spaces and punctuation only; signs alone stay as they are."""
    return " ".join(words_of(text)) or " ".join(text.casefold().split())


def number_of(text: str) -> int:
    """Return 64 bits that stand for a text; that two of a million texts share one has a chance of 1 to 37 million."""
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest())
