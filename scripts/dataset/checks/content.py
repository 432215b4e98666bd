"""What messages say: that they say something, and that parts (texts, images, refusals) have the right shape.

Sources: OpenAI's API reference (openapi.json of 2026-08) and its guide "Vision fine-tuning" (2025).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.dataset.checks.example import Example
from scripts.dataset.checks.messages import Placed, text_of
from scripts.dataset.checks.rules import Problem, example_check, kind_of, quoted

_MOST_IMAGES = 10
_MAY_BE_EMPTY = ("tool", "function")  # a tool that found nothing says so
_INSTEAD_OF_WORDS = ("tool_calls", "function_call", "refusal")
_PART_OF_ROLE = {"user": ("text", "image_url"), "assistant": ("text", "refusal")}
_KEY_OF_PART = {"text": "text", "refusal": "refusal", "image_url": "image_url"}
_LEVELS_OF_DETAIL = ("auto", "low", "high")


@example_check("error", "chat", "dpo")
def missing_content(example: Example) -> Iterator[Problem]:
    """A message has no content, or null, and nothing in its place (tool_calls, a refusal) [missing_content]."""
    for placed in example.messages:
        if placed.message.get("content") is None and not _speaks_otherwise(placed):
            state = "null" if "content" in placed.message else "missing"
            yield Problem(f"content is {state}", "write the words, or delete the message", placed.place)


@example_check("error", "chat", "dpo")
def empty_content(example: Example) -> Iterator[Problem]:
    """A message's content is empty or only spaces."""
    for placed in example.messages:
        content = placed.message.get("content")
        if _is_blank(content) and placed.role not in _MAY_BE_EMPTY and not _speaks_otherwise(placed):
            state = "empty" if content == "" else "only spaces"
            yield Problem(f"content is {state}", "write the words, or delete the message", placed.place)


@example_check("error", "chat", "dpo")
def bad_content(example: Example) -> Iterator[Problem]:
    """A message's content is neither a text nor a list of parts."""
    for placed in example.messages:
        content = placed.message.get("content")
        if content is not None and not isinstance(content, str | list):
            yield Problem(f"content is {kind_of(content)}", "write a text or a list of parts", placed.place)


@example_check("error", "chat", "dpo")
def bad_part(example: Example) -> Iterator[Problem]:
    """A content part has a wrong shape, or is of a kind that its role cannot have."""
    for placed in example.messages:
        content = placed.message.get("content")
        if content == []:
            yield Problem("the list of content parts is empty", "write the words as a text", placed.place)
        for index, part in enumerate(content if isinstance(content, list) else []):
            if problem := _problem_of_part(part, placed.role):
                yield Problem(*problem, f"{placed.place}.content[{index}]")


@example_check("error", "chat", "dpo")
def too_many_images(example: Example) -> Iterator[Problem]:
    """An example holds more than 10 images."""
    parts = [part for placed in example.messages for part in _parts(placed.message.get("content"))]
    images = sum(part.get("type") == "image_url" for part in parts)
    if images > _MOST_IMAGES:
        yield Problem(f"more than {_MOST_IMAGES} images", "leave some out, or split the example")


@example_check("warning", "chat", "dpo")
def repeats_the_user(example: Example) -> Iterator[Problem]:
    """An answer is what the user just said."""
    for before, after in zip(example.turns, example.turns[1:], strict=False):
        said = text_of(before.message.get("content")).strip().casefold()
        is_pair = (before.role, after.role) == ("user", "assistant")
        if is_pair and said and said == text_of(after.message.get("content")).strip().casefold():
            yield Problem("the answer repeats the user's words", "write what should be answered", after.place)


def _speaks_otherwise(placed: Placed) -> bool:
    """Tell whether an assistant message may have no words: it calls a tool or refuses; and functions may say null."""
    if placed.role == "function":
        return "content" in placed.message
    return placed.role == "assistant" and any(placed.message.get(key) for key in _INSTEAD_OF_WORDS)


def _is_blank(content: Any) -> bool:
    if isinstance(content, str):
        return not content.strip()
    texts = [part.get("text") for part in _parts(content)]
    return bool(texts) and all(isinstance(text, str) and not text.strip() for text in texts)


def _parts(content: Any) -> list[Mapping[str, Any]]:
    return [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []


def _problem_of_part(part: Any, role: Any) -> tuple[str, str] | None:
    if not isinstance(part, Mapping):
        return f"a content part is {kind_of(part)}", 'write {"type": "text", "text": ...}'
    kind = part.get("type")
    allowed = _PART_OF_ROLE.get(role, ("text",)) if isinstance(role, str) else ("text",)
    if not isinstance(kind, str) or kind not in allowed:
        return f"a part of type {quoted(kind)} cannot stand here", f"this role takes {' and '.join(allowed)}"
    if kind == "image_url":
        return _problem_of_image(part.get("image_url"))
    if not isinstance(part.get(_KEY_OF_PART[kind]), str):
        return f'a part of type "{kind}" has no text', f'write {{"type": "{kind}", "{kind}": ...}}'
    return None


def _problem_of_image(image: Any) -> tuple[str, str] | None:
    url = image.get("url") if isinstance(image, Mapping) else None
    if not isinstance(url, str) or not url.startswith(("https://", "http://", "data:image/")):
        return "an image has no address", 'write {"url": "https://..."} or a data:image/... URL'
    detail = image.get("detail", "auto")
    if detail not in _LEVELS_OF_DETAIL:
        return f"detail is {quoted(detail)}", f"write one of {', '.join(_LEVELS_OF_DETAIL)}"
    return None
