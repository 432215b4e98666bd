"""Chat models: POST /chat/completions ("Chat Completions", OpenAI API reference, 2026-08)."""

from typing import Any

from app.core.errors import ModelBroken, ModelRefused
from app.core.prompt import Prompt

PATH = "/chat/completions"


def request_body(prompt: Prompt) -> dict[str, Any]:
    """Return the part of the body that is this kind's own."""
    return {"messages": [{"role": message.role, "content": message.text} for message in prompt.messages]}


def words_of(choice: dict[str, Any]) -> str:
    """Return the words in one choice, streamed (`delta`) or whole (`message`), empty when it has none.

    Raises ModelRefused when the model declined, ModelBroken when content is no string.
    """
    part = choice.get("delta") or choice.get("message") or {}
    if not isinstance(part, dict):
        raise ModelBroken("a choice holds no message object")
    if part.get("refusal"):
        raise ModelRefused("the model declined to answer")
    content = part.get("content")
    if content is not None and not isinstance(content, str):
        raise ModelBroken(f"content is a {type(content).__name__}, expected a string")
    return content or ""
