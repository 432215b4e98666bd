"""What a person sees of an answer, on each platform."""

import pytest

from scripts.dialogflow.showing import show_cx, show_es
from scripts.dialogflow.types import Json, Origin, Shown

TEXT = {"text": {"text": ["Hi"]}}
QUICK = {"quickReplies": {"title": "Hi!", "quickReplies": ["One", "Two"]}, "platform": "FACEBOOK"}
CHIPS = {"payload": {"richContent": [[{"type": "chips", "options": [{"text": "One"}]}]]}}
CARD = {"card": {"title": "A card"}}


@pytest.mark.parametrize(
    ("messages", "origin", "shown"),
    [
        ([TEXT, QUICK], "facebook", Shown(("Hi!",), ("One", "Two"))),
        ([TEXT, QUICK], "telegram", Shown(("Hi",))),
        ([TEXT, QUICK], "console", Shown(("Hi",))),
        ([TEXT, CHIPS], "messenger", Shown(("Hi",), ("One",))),
        ([TEXT, CHIPS], "telephony", Shown(("Hi",))),
        ([TEXT, CARD], "slack", Shown(("Hi",), rows=('card: {"title": "A card"}',))),
        ([], "console", Shown(("Old",))),
        ([CARD], "console", Shown(("Old",), rows=('card: {"title": "A card"}',))),
    ],
)
def test_es_shows_a_platforms_own_messages_first(messages: list[Json], origin: Origin, shown: Shown) -> None:
    """Messages for the platform hide those without one; the old text is shown where no message holds words."""
    assert show_es({"fulfillmentText": "Old", "fulfillmentMessages": messages}, origin) == shown


def test_cx_shows_messages_in_order() -> None:
    """Texts, chips, speech, and a row for what is none of them."""
    messages = [TEXT, CHIPS, {"outputAudioText": {"text": "Spoken"}}, {"liveAgentHandoff": {}}]

    shown = show_cx({"fulfillmentResponse": {"messages": messages}}, "messenger")

    assert shown == Shown(("Hi", "Spoken"), ("One",), ("liveAgentHandoff: {}",))
