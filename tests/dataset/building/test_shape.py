"""Only what can be learned from stays, and each reason to drop has a name."""

import pytest

from app.core.types import Message
from scripts.dataset.building.shape import Limits, shape
from scripts.dataset.types import Conversation, Finding
from tests.dataset.talks import talk

LIMITS = Limits("gpt-4.1-mini", answer_tokens=10, user_characters=50)
LETTERS = {"s": "system", "u": "user", "a": "assistant"}


def of_roles(letters: str) -> Conversation:
    """Return a conversation with these roles, each message of other words."""
    messages = tuple(Message(LETTERS[letter], f"{letter} {n}") for n, letter in enumerate(letters))  # type: ignore[arg-type]
    return Conversation("a", "test", "MIT", messages, where="file:1")


@pytest.mark.parametrize(
    ("roles", "texts", "changes"),
    [
        ("ua", ["u 0", "a 1"], []),
        ("sua", ["u 1", "a 2"], ["system_replaced"]),
        ("aua", ["u 1", "a 2"], ["greeting_left_out"]),
        ("uau", ["u 0", "a 1"], ["last_user_left_out"]),
        ("uuaua", ["u 0\nu 1", "a 2", "u 3", "a 4"], ["user_joined"]),
        ("uauu", ["u 0", "a 1"], ["user_joined", "last_user_left_out"]),
        ("sauuau", ["u 2\nu 3", "a 4"], ["system_replaced", "greeting_left_out", "user_joined", "last_user_left_out"]),
    ],
)
def test_what_can_be_mended_is_mended(roles: str, texts: list[str], changes: list[str]) -> None:
    """The result is the user and the assistant by turns, and each step is reported."""
    found: list[Finding] = []

    shaped = shape(of_roles(roles), LIMITS, found.append)

    assert shaped is not None
    assert [message.text for message in shaped.messages] == texts
    assert [finding.check for finding in found] == changes


@pytest.mark.parametrize(
    ("conversation", "check"),
    [
        (of_roles(""), "no_user"),
        (of_roles("a"), "no_user"),
        (of_roles("aa"), "no_user"),
        (of_roles("u"), "no_answer"),
        (of_roles("uaa"), "wrong_order"),
        (of_roles("usa"), "wrong_order"),
        (talk("Hi", ""), "empty_answer"),
        (talk("", "Hi"), "empty_question"),
        (talk("Hi", "Hello", "I am sad", "i AM sad"), "answer_repeats"),
        (talk("x" * 51, "Hi"), "question_too_long"),
        (talk("Hi", "word " * 11), "answer_too_long"),
    ],
)
def test_what_cannot_be_learned_is_dropped_with_its_reason(conversation: Conversation, check: str) -> None:
    """One error names the reason; nothing comes back."""
    found: list[Finding] = []

    assert shape(conversation, LIMITS, found.append) is None
    assert [finding.check for finding in found if finding.severity == "error"] == [check]


def test_answers_of_any_length_can_be_asked_for() -> None:
    """Without a limit nothing is too long, and at the limit it is not yet."""
    assert shape(talk("Hi", "word " * 500), Limits("gpt-4.1-mini", None), list[Finding]().append) is not None
    assert shape(talk("Hi", " ".join(["word"] * 10)), LIMITS, list[Finding]().append) is not None
