"""What the training files hold, counted while they are written."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from scripts.dataset.types import Conversation

_SAMPLES = 4


@dataclass
class Tally:
    """Of one split. `tokens` and `messages` have a number for each example; `samples` are its first conversations."""

    conversations: int = 0
    answers: int = 0
    pairs: int = 0
    text_tokens: int = 0
    tokens: "array[int]" = field(default_factory=lambda: array("L"))
    messages: "array[int]" = field(default_factory=lambda: array("L"))
    sources: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    samples: list[Conversation] = field(default_factory=list)

    def add(self, conversation: Conversation) -> None:
        """Count a conversation and keep the first few to show."""
        self.conversations += 1
        self.sources[conversation.source] += 1
        self.licences[conversation.licence] += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(conversation)

    def counts(self) -> dict[str, Any]:
        """Return the numbers for the manifest."""
        return {
            "conversations": self.conversations,
            "examples": len(self.tokens),
            "answers": self.answers,
            "pairs": self.pairs,
            "tokens": sum(self.tokens),
        }
