"""What a person sees of an answer: which messages an integration shows, and words for what is not text.

On a platform with response messages of its own, those hide all messages without a platform ("Rich response
messages", read 2026-11). Answers are in Google's own spelling, as `checking` gives them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from scripts.dialogflow.origins import PLATFORMS
from scripts.dialogflow.types import Json, Origin, Shown

_ROW_CHARACTERS = 120
_VOICE = frozenset({"telephony", "google"})


def show_es(answer: Json, origin: Origin) -> Shown:
    """Return what an ES integration shows."""
    messages = answer.get("fulfillmentMessages", [])
    platform = PLATFORMS.get(origin)
    own = [message for message in messages if message.get("platform") == platform] if platform else []
    common = [message for message in messages if "platform" not in message]
    shown = _joined(_message(message, origin) for message in own or common)
    text = answer.get("fulfillmentText", "")
    return shown if shown.texts or not text.strip() else _joined([Shown(texts=(text,)), shown])


def show_cx(answer: Json, origin: Origin) -> Shown:
    """Return what CX shows of the answer's own messages."""
    return _joined(_message(message, origin) for message in answer.get("fulfillmentResponse", {}).get("messages", []))


def _joined(parts: Iterable[Shown]) -> Shown:
    listed = list(parts)
    return Shown(
        texts=tuple(text for part in listed for text in part.texts),
        suggestions=tuple(suggestion for part in listed for suggestion in part.suggestions),
        rows=tuple(row for part in listed for row in part.rows),
    )


def _message(message: Mapping[str, Any], origin: Origin) -> Shown:
    """Return one response message; both editions name its kind by the field that is set."""
    kind = next((name for name in message if name not in {"platform", "channel", "responseType"}), "")
    content = message.get(kind) or {}
    if kind == "text":
        return Shown(texts=tuple(text for text in content.get("text", ())[:1] if text.strip()))
    if kind == "quickReplies":
        title = content.get("title", "")
        return Shown((title,) if title else (), tuple(content.get("quickReplies", ())))
    if kind == "payload":
        return _payload(content, origin)
    if kind == "outputAudioText":
        return Shown(texts=(content.get("text") or content.get("ssml", ""),))
    return Shown(rows=(_row(kind, content),)) if kind else Shown()


def _payload(content: Mapping[str, Any], origin: Origin) -> Shown:
    """Return rich content opened up where it shows; other payloads as one row. Nobody sees rich content by phone."""
    if "richContent" not in content:
        return Shown(rows=(_row("payload", content),))
    if origin in _VOICE:
        return Shown()
    return _joined(_rich(element) for block in content["richContent"] for element in block)


def _rich(element: Mapping[str, Any]) -> Shown:
    if element.get("type") == "chips":
        return Shown(suggestions=tuple(option.get("text", "") for option in element.get("options", ())))
    return Shown(rows=(_row(str(element.get("type", "element")), element),))


def _row(kind: str, content: object) -> str:
    """Return a line such as `card: {"title": "..."}`, cut where it grows long."""
    line = f"{kind}: {json.dumps(content, ensure_ascii=False, sort_keys=True)}"
    return line if len(line) <= _ROW_CHARACTERS else f"{line[:_ROW_CHARACTERS]} ..."
