"""What makes two requests the same turn, and under which names sessions and turns are kept."""

from dataclasses import replace

import pytest

from app.core.keys import repeated_within_s, session_key, turn_key
from app.core.types import Turn

TURN = Turn("dialogflow_cx", "text", text="yes", session="user-4711", id="1", tag="joy", address="page")


def test_session_key_hides_the_id() -> None:
    """The store and the log never see the caller's id, and channels do not share sessions."""
    key = session_key("dialogflow_es", "user-4711")

    assert "4711" not in key
    assert key != session_key("dialogflow_cx", "user-4711")


def test_the_same_request_is_the_same_turn() -> None:
    """What Dialogflow sends twice has one name, which shows nothing of it."""
    assert turn_key(TURN) == turn_key(replace(TURN, parameters={"retried": True}))
    assert "yes" not in turn_key(TURN)


@pytest.mark.parametrize(
    "other",
    [
        replace(TURN, id="2"),
        replace(TURN, text="no"),
        replace(TURN, session="user-4712"),
        replace(TURN, tag="joy.no-input"),
        replace(TURN, address="another page"),
        replace(TURN, kind="follow_up", text="WEBHOOK_FOLLOW_UP_1", event="WEBHOOK_FOLLOW_UP_1"),
    ],
)
def test_another_request_is_another_turn(other: Turn) -> None:
    """A second "yes" has another id; webhooks and events of one turn have the same one."""
    assert turn_key(other) != turn_key(TURN)


def test_without_an_id_the_same_words_are_one_turn_only_for_seconds() -> None:
    """Who can only be told by words is believed to have meant them twice a few seconds later."""
    assert (repeated_within_s(TURN), repeated_within_s(replace(TURN, id=""))) == (60.0, 5.0)
