"""Conversations for tests, written in one line."""

from app.core.types import Message
from scripts.dataset.types import Conversation


def talk(*texts: str, name: str = "a", group: str = "", score: float | None = None) -> Conversation:
    """Return a conversation of these texts, the user first, by turns."""
    messages = tuple(Message("assistant" if n % 2 else "user", text) for n, text in enumerate(texts))
    return Conversation(name, "test", "MIT", messages, group, score, f"file:{name}")
