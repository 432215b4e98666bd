"""JOY's conversations, written for this project: what the persona promises, turn by turn."""

from pathlib import Path

import pytest

from app.safety.output import screen_reply
from app.safety.screen import screen_user
from scripts.dataset.types import Conversation
from scripts.sources.chat_transcripts import load

FILE = Path(__file__).parents[1] / "scripts" / "data" / "joy.yml"


@pytest.fixture(scope="module", name="conversations")
def read_conversations() -> list[Conversation]:
    """All of them, read as the dataset scripts do."""
    return list(load(FILE))


def said(conversations: list[Conversation], role: str) -> list[str]:
    return [message.text for conversation in conversations for message in conversation.messages if message.role == role]


def test_there_are_many_and_half_of_them_are_long(conversations: list[Conversation]) -> None:
    """At least 400; half with three to eight turns of the user, the others with one; each with its licence."""
    turns = [len(conversation.messages) // 2 for conversation in conversations]

    assert len(conversations) >= 400
    assert set(turns) <= {1, 3, 4, 5, 6, 7, 8}
    assert sum(count > 1 for count in turns) >= len(turns) / 2
    assert {conversation.licence for conversation in conversations} == {"MIT"}


def test_nobody_in_them_is_at_risk(conversations: list[Conversation]) -> None:
    """A crisis is answered by fixed words, so no model is trained on one."""
    assert [text for text in said(conversations, "user") if screen_user(text).level != "none"] == []


def test_every_answer_is_one_that_we_would_send(conversations: list[Conversation]) -> None:
    """No diagnosis, no dose, no claim to be human, no secrecy; short."""
    answers = said(conversations, "assistant")

    assert [text for text in answers if screen_reply(text)] == []
    assert max(len(text.split()) for text in answers) <= 60


def test_nearly_every_answer_asks_on(conversations: list[Conversation]) -> None:
    """One follow-up question, but for farewells; and the answers do not all begin alike."""
    answers = said(conversations, "assistant")
    openings = [" ".join(text.lower().split()[:3]) for text in answers]

    assert sum(text.endswith("?") for text in answers) >= 0.95 * len(answers)
    assert max(map(openings.count, openings)) <= 0.05 * len(answers)
