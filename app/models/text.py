"""Prompt/completion models: POST /completions ("Completions (legacy)", OpenAI API reference, 2026-08)."""

from typing import Any

from app.core.errors import ModelBroken
from app.core.prompt import Prompt

PATH = "/completions"


def request_body(prompt: Prompt) -> dict[str, Any]:
    """Return the part of the body that is this kind's own."""
    return {"prompt": prompt.text}


def words_of(choice: dict[str, Any]) -> str:
    """Return the words in one choice, streamed or whole. Raises ModelBroken when `text` is no string."""
    text = choice.get("text")
    if text is not None and not isinstance(text, str):
        raise ModelBroken(f"text is a {type(text).__name__}, expected a string")
    return text or ""
