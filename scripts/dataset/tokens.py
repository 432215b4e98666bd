"""How many tokens a text is for a model: exact where the vocabulary is at hand, otherwise an estimate that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

import bpe_openai

from app.core.tokens import estimate_tokens
from app.core.types import Message
from scripts.dataset.model_names import base_of

_O200K = ("gpt-4o", "gpt-4.1", "gpt-5", "o1", "o3", "o4", "chatgpt-4o")
_CL100K = ("gpt-4", "gpt-3.5", "davinci-002", "babbage-002", "text-embedding-3")

_PER_MESSAGE = 3  # <|start|>role ... <|end|>, as counted in OpenAI's cookbook ("How to count tokens", 2025)
_PER_EXAMPLE = 3  # every answer is primed with <|start|>assistant<|message|>
_PIECE = 40_000  # characters; the library refuses over 200,000 tokens at once, and a character is 4 at most


class _Tokenizer(Protocol):
    def encode_ordinary(self, text: str, /) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens, and whether the model's own vocabulary counted them."""

    tokens: int
    is_exact: bool

    def __add__(self, other: "TokenCount") -> "TokenCount":
        return TokenCount(self.tokens + other.tokens, self.is_exact and other.is_exact)

    def __str__(self) -> str:
        return f"{self.tokens:,}" if self.is_exact else f"about {self.tokens:,} (estimated)"


NO_TOKENS = TokenCount(0, is_exact=True)


def count_text(text: str, model: str) -> TokenCount:
    """Count the tokens of a text; models of unknown vocabulary get app.core.tokens' estimate.

    Texts over 40,000 characters are counted piece by piece, which may add a token at each seam: no longer exact.
    """
    tokenizer = _tokenizer(model)
    if tokenizer is None:
        return TokenCount(estimate_tokens(text), is_exact=False)
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return TokenCount(sum(len(tokenizer.encode_ordinary(piece)) for piece in pieces), is_exact=len(pieces) <= 1)


def count_messages(messages: Iterable[Message], model: str) -> TokenCount:
    """Count a chat example as OpenAI bills it: words, roles and the marks around them."""
    counts = (count_marks(message.role, model) + count_text(message.text, model) for message in messages)
    return sum(counts, start=count_priming(model))


@lru_cache(maxsize=64)
def count_marks(role: str, model: str) -> TokenCount:
    """Count what stands around the text of a message: its role and marks. An estimate of a text holds these already."""
    if _tokenizer(model) is None:
        return TokenCount(0, is_exact=False)
    return count_text(role, model) + TokenCount(_PER_MESSAGE, is_exact=True)


def count_priming(model: str) -> TokenCount:
    """Count what an example has once, whatever its messages: the begin of the answer."""
    is_exact = _tokenizer(model) is not None
    return TokenCount(_PER_EXAMPLE if is_exact else 0, is_exact)


def _tokenizer(model: str) -> _Tokenizer | None:
    """Return the vocabulary of a model, or of the base of a fine-tuned one (`ft:gpt-4o-mini:...`)."""
    encoding = _encoding(base_of(model))
    return None if encoding is None else _load(encoding)


def _encoding(base: str) -> str | None:
    if base.startswith(_O200K):  # before gpt-4, which begins like gpt-4o
        return "o200k_base"
    return "cl100k_base" if base.startswith(_CL100K) else None


@cache
def _load(encoding: str) -> _Tokenizer:
    tokenizer: _Tokenizer = bpe_openai.get_encoding(encoding)
    return tokenizer
