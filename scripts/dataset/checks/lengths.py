"""How many tokens an example has, in all and in the answers that are learnt. What is no text is estimated."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scripts.dataset.checks.messages import Placed, text_of
from scripts.dataset.tokens import NO_TOKENS, TokenCount, count_marks, count_priming, count_text

_GUESS = TokenCount(0, is_exact=False)
_COUNTED = frozenset({"role", "content", "weight"})  # of a message; names, calls and the like are estimated


@dataclass(frozen=True, slots=True)
class Length:
    """The tokens of an example: `total` is what is billed for each epoch, `answers` what the model learns to say."""

    total: TokenCount
    answers: TokenCount


def count_completion(prompt: str, completion: str, model: str) -> Length:
    """Count a prompt/completion line."""
    answer = count_text(completion, model)
    return Length(count_text(prompt, model) + answer, answer)


def count_chat(messages: Iterable[Placed], tools: Iterable[Any], model: str) -> Length:
    """Count a chat line, or a DPO line with both answers. Tools, calls and images make the count an estimate."""
    counts = [(placed, *_count_message(placed, model)) for placed in messages]
    answers = [words for placed, _, words in counts if _is_learnt(placed)]
    whole = [count for _, count, _ in counts]
    return Length(_sum([count_priming(model), *whole, *_estimates(tools, model)]), _sum(answers))


def _count_message(placed: Placed, model: str) -> tuple[TokenCount, TokenCount]:
    """Return the tokens of a message, and those of its words alone."""
    content = placed.message.get("content")
    role = placed.role if isinstance(placed.role, str) else ""
    words = count_text(text_of(content), model)
    if not isinstance(content, str | None):
        words += _GUESS
    others = [value for key, value in placed.message.items() if key not in _COUNTED and value is not None]
    return _sum([count_marks(role[:40], model), words, *_estimates(others, model)]), words


def _estimates(values: Iterable[Any], model: str) -> list[TokenCount]:
    return [count_text(json.dumps(value, ensure_ascii=False), model) + _GUESS for value in values]


def _is_learnt(placed: Placed) -> bool:
    return placed.role == "assistant" and placed.message.get("weight") != 0


def _sum(counts: Iterable[TokenCount]) -> TokenCount:
    return sum(counts, start=NO_TOKENS)
