"""What all sources need to speak of a conversation: an id made of its content, and nobody to report to."""

import hashlib
import json
from collections.abc import Sequence

from app.core.types import Message
from scripts.dataset.types import Finding

_encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make a new one for each conversation


def conversation_id(source: str, messages: Sequence[Message]) -> str:
    """Return 16 hex digits that depend on the source's name and the words alone, not on where they stood."""
    content = _encode([source, *[(message.role, message.text) for message in messages]])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def ignore(finding: Finding) -> None:
    """Take a finding and do nothing: the report of somebody who only wants the conversations."""
