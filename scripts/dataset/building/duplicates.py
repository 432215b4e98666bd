"""The same conversation twice, nearly twice, or the same question answered in several ways."""

from app.core.types import Role
from scripts.dataset.sketches import jaccard, shingles
from scripts.dataset.types import Conversation
from scripts.dataset.words import fold, number_of, words_of


class Seen:
    """Remembers conversations by 64 bits each, and tells which were met before."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()

    def has(self, conversation: Conversation) -> bool:
        """Tell whether the same words, case and spaces aside, were seen before; remember them."""
        lines = (f"{message.role} {' '.join(message.text.casefold().split())}" for message in conversation.messages)
        number = number_of("\n".join(lines))
        is_known = number in self._numbers
        self._numbers.add(number)
        return is_known


def are_near(one: Conversation, other: Conversation, threshold: float) -> bool:
    """Tell whether two conversations say nearly the same: the users' words and, judged apart, the answers.

    Apart, because a long question with two short answers would otherwise be the same twice.
    """
    return all(
        jaccard(shingles(spoken(one, role)), shingles(spoken(other, role))) >= threshold
        for role in ("user", "assistant")
    )


def spoken(conversation: Conversation, role: Role) -> list[str]:
    """Return all words of one side."""
    return words_of("\n".join(message.text for message in conversation.messages if message.role == role))


def first_question(conversation: Conversation) -> str:
    """Return what the user says first, as texts are compared."""
    return fold(conversation.messages[0].text)
