"""The messages of a line, each with its place, and their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Placed:
    """A message and where it stands in its line. Entries that are no objects are left out, see `not_a_message`."""

    place: str
    message: Mapping[str, Any]

    @property
    def role(self) -> Any:
        return self.message.get("role")


def place_messages(messages: Any, place: str) -> tuple[Placed, ...]:
    """Return the objects of a list, each with its place in the line; nothing when it is no list."""
    entries = enumerate(messages if isinstance(messages, list) else [])
    return tuple(Placed(f"{place}[{index}]", entry) for index, entry in entries if isinstance(entry, Mapping))


def text_of(content: Any) -> str:
    """Return the words of a message's content, those of its text parts joined by new lines."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
    return "\n".join(text for text in texts if isinstance(text, str))
