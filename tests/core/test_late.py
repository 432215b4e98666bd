"""The rules of late answers: who is called again, where one may stand, and what it answers."""

import pytest

from app.core.late import may_open, next_follow_up, told
from app.core.types import Exchange, Session, Turn

SPOKEN = Exchange("I feel low", "What happened?")
WAITING = Exchange("My dog died", "I'm still thinking.", answered=False)


@pytest.mark.parametrize(("so_far", "most", "expected"), [(0, 3, 1), (2, 3, 3), (3, 3, 0), (0, 0, 0)])
def test_follow_ups_are_counted(so_far: int, most: int, expected: int) -> None:
    """Three in a row at most, none where the channel has none."""
    assert next_follow_up(Turn("dialogflow_es", "text", follow_up=so_far), most) == expected


def test_a_late_answer_opens_what_people_begin() -> None:
    """It may come with words, silence or a farewell; not with a form, a probe, or a conversation that begins."""
    kinds = ("text", "empty", "goodbye", "slot_filling", "health_check", "welcome", "follow_up")

    assert [may_open(kind) for kind in kinds] == [True, True, True, False, False, False, False]  # type: ignore[arg-type]


def test_told_answers_the_last_words() -> None:
    """The words that waited have their answer, and the model reads it as its own."""
    session = told(Session("joy", (SPOKEN, WAITING)), "I am sorry.")

    assert session.exchanges == (SPOKEN, Exchange("My dog died", "I am sorry."))


@pytest.mark.parametrize("exchanges", [(), (SPOKEN,)])
@pytest.mark.parametrize("words", [None, "", "I am sorry."])
def test_told_changes_nothing_else(exchanges: tuple[Exchange, ...], words: str | None) -> None:
    """Where nothing waits, nothing is answered."""
    assert told(Session("joy", exchanges), words) == Session("joy", exchanges)
