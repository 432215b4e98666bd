"""Dialogflow ES: which turn each kind of v2 request is, and which answer each integration gets."""

import json
from typing import Any

import pytest
from google.cloud import dialogflow_v2

from app.channels import dialogflow_es
from app.core.errors import BadRequest
from app.core.types import Reply, Turn, TurnKind
from tests.payloads import read_payloads

PAYLOADS = read_payloads("es_")
PATH = "projects/example-agent/agent/sessions"


def request(text: str = "", **query: Any) -> dict[str, Any]:
    return {"session": f"{PATH}/s1", "queryResult": {"queryText": text, **query}}


def test_parse_reads_every_part_of_a_text_request() -> None:
    """A whole request becomes a whole turn."""
    turn = dialogflow_es.parse(PAYLOADS["es_text"])

    assert turn == Turn(
        channel="dialogflow_es",
        kind="text",
        text="I feel lonely since we moved",
        session="2f8a1c5e-0000-4000-8000-000000000101",
        address=f"{PATH}/2f8a1c5e-0000-4000-8000-000000000101",
        language="en",
        origin="unknown",
        is_voice=False,
        intent="joy",
        event="",
        tag="",
        persona="joy",
        prompt="I am here.",
        id="9d1e0000-0000-4000-8000-000000000101-00000000",
        parameters={"persona": "joy"},
    )


def test_parse_reads_snake_case_mixed_with_camel_case() -> None:
    """Both spellings of protobuf's JSON are read, even mixed in one body."""
    turn = dialogflow_es.parse(PAYLOADS["es_snake_case"])

    assert turn == Turn(
        channel="dialogflow_es",
        kind="text",
        text="I feel better",
        session="2f8a1c5e-0000-4000-8000-000000000121",
        address=f"{PATH}/2f8a1c5e-0000-4000-8000-000000000121",
        language="en",
        origin="telegram",
        intent="joy",
        prompt="Good.",
        id="9d1e0000-0000-4000-8000-000000000121-00000000",
    )


def test_parse_takes_null_for_absent() -> None:
    """A request full of nulls is a text of an unknown person."""
    turn = dialogflow_es.parse(PAYLOADS["es_nulls"])

    assert turn == Turn(channel="dialogflow_es", kind="text", text="hello out there, anyone?")


KINDS: dict[str, TurnKind] = {
    "es_beta_fields": "text",
    "es_custom_event": "event",
    "es_empty_text": "empty",
    "es_fallback_facebook": "text",
    "es_fallback_messenger": "text",
    "es_fallback_slack": "text",
    "es_fallback_telegram": "text",
    "es_goodbye_event": "goodbye",
    "es_google_assistant": "text",
    "es_greeting_text": "welcome",
    "es_greeting_with_a_story": "text",
    "es_health_check": "health_check",
    "es_nulls": "text",
    "es_slot_filling": "slot_filling",
    "es_slot_filling_messages_only": "slot_filling",
    "es_snake_case": "text",
    "es_telephony": "text",
    "es_text": "text",
    "es_welcome_event": "welcome",
    "es_word_is_an_open_context": "text",
}


def test_parse_knows_the_kind_of_every_payload() -> None:
    """Only words of a person are `text`; greetings, events, slots and probes never reach a model."""
    assert {name: dialogflow_es.parse(body).kind for name, body in PAYLOADS.items()} == KINDS


@pytest.mark.parametrize(
    ("body", "kind", "event"),
    [
        (request("GOOGLE_ASSISTANT_WELCOME"), "welcome", "GOOGLE_ASSISTANT_WELCOME"),
        (request("FACEBOOK_WELCOME"), "welcome", "FACEBOOK_WELCOME"),
        (request("MY_EVENT"), "event", "MY_EVENT"),
        (request("MY_EVENT", action="input.welcome"), "welcome", "MY_EVENT"),
        (request("actions_intent_NO_INPUT_FINAL"), "goodbye", "actions_intent_NO_INPUT_FINAL"),
        (request("actions_intent_OPTION"), "event", "actions_intent_OPTION"),
        (request("HELP"), "text", ""),
        (request("I AM SAD_NOW"), "text", ""),
        (request("welcome"), "text", ""),
        (request("goodbye"), "text", ""),
        (request("nap", outputContexts=[{"name": f"{PATH}/s1/contexts/nap"}]), "event", "nap"),
        (request("Nap", outputContexts=[{"name": f"{PATH}/s1/contexts/nap", "lifespanCount": 0}]), "event", "Nap"),
        (request("nap", outputContexts=[{"name": f"{PATH}/s1/contexts/nap", "lifespanCount": 5}]), "text", ""),
        (request("nap", output_contexts=[{"name": f"{PATH}/s1/contexts/nap", "lifespan_count": 5}]), "text", ""),
        (request("a nap", outputContexts=[{"name": f"{PATH}/s1/contexts/a nap"}]), "text", ""),
        (request("", outputContexts=[{"name": ""}]), "empty", ""),
    ],
)
def test_parse_tells_events_from_words(body: dict[str, Any], kind: TurnKind, event: str) -> None:
    """An event comes as text; a word that only happens to be the name of an open context is a person's word."""
    turn = dialogflow_es.parse(body)

    assert (turn.kind, turn.event) == (kind, event)


@pytest.mark.parametrize("query", [None, "text", [], {}, 5])
def test_parse_refuses_a_query_that_is_no_object(query: Any) -> None:
    """Without a query there is nothing to answer, and the message names the field."""
    with pytest.raises(BadRequest, match=r"\AqueryResult must be an object with the matched query\Z"):
        dialogflow_es.parse({"queryResult": query})


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("es_slot_filling", "On which day?"),
        ("es_slot_filling_messages_only", "On which day?\nAny day but Sunday."),
        ("es_custom_event", ""),
    ],
)
def test_parse_keeps_the_question_of_the_slot(name: str, prompt: str) -> None:
    """While slots are filled, Dialogflow's own question is at hand, wherever it stood."""
    assert dialogflow_es.parse(PAYLOADS[name]).prompt == prompt


@pytest.mark.parametrize(
    ("name", "origin", "is_voice"),
    [
        ("es_text", "unknown", False),
        ("es_fallback_facebook", "facebook", False),
        ("es_fallback_slack", "slack_testbot", False),
        ("es_fallback_telegram", "telegram", False),
        ("es_fallback_messenger", "dialogflow_messenger", False),
        ("es_beta_fields", "dialogflow_console", False),
        ("es_telephony", "google_telephony", True),
        ("es_google_assistant", "google", True),
    ],
)
def test_parse_finds_where_the_request_came_from(name: str, origin: str, is_voice: bool) -> None:
    """The source stands in one of three places; telephones and speakers are voices."""
    turn = dialogflow_es.parse(PAYLOADS[name])

    assert (turn.origin, turn.is_voice) == (origin, is_voice)


def test_parse_takes_nothing_personal_from_the_integration() -> None:
    """Sender ids and other parts of originalDetectIntentRequest.payload appear nowhere in the turn."""
    turn = dialogflow_es.parse(PAYLOADS["es_fallback_facebook"])

    assert "1000000000000001" not in repr(turn)


TEXT = {"text": {"text": ["**Hi** 😊"]}}
CHIPS = {"payload": {"richContent": [[{"type": "chips", "options": [{"text": "Yes"}, {"text": "No"}]}]]}}


def quick_replies(platform: str) -> dict[str, Any]:
    return {"quickReplies": {"title": "**Hi** 😊", "quickReplies": ["Yes", "No"]}, "platform": platform}


@pytest.mark.parametrize(
    ("origin", "messages"),
    [
        ("unknown", [TEXT]),
        ("dialogflow_console", [TEXT]),
        ("twitter", [TEXT]),
        ("facebook", [TEXT, quick_replies("FACEBOOK")]),
        ("slack_testbot", [TEXT, quick_replies("SLACK")]),
        ("telegram", [TEXT, quick_replies("TELEGRAM")]),
        ("line", [TEXT, quick_replies("LINE")]),
        ("viber", [TEXT, quick_replies("VIBER")]),
        ("dialogflow_messenger", [TEXT, CHIPS]),
    ],
)
def test_render_shows_suggestions_where_they_can_be_shown(origin: str, messages: list[Any]) -> None:
    """Every integration gets the plain text, and suggestions only in a form that it knows."""
    turn = Turn("dialogflow_es", "text", origin=origin)

    response = dialogflow_es.render(turn, Reply("**Hi** 😊", "model", suggestions=("Yes", "No")))

    assert response == {"fulfillmentText": "**Hi** 😊", "fulfillmentMessages": messages}


def test_render_gives_a_voice_words_only() -> None:
    """A telephone reads no markup and shows no buttons."""
    turn = Turn("dialogflow_es", "text", origin="google_telephony", is_voice=True)

    response = dialogflow_es.render(turn, Reply("**Hi** 😊", "model", suggestions=("Yes",), end_session=True))

    assert response == {"fulfillmentText": "Hi", "fulfillmentMessages": [{"text": {"text": ["Hi"]}}]}


def test_render_closes_the_microphone_of_the_assistant() -> None:
    """The Assistant is the one integration that v2 can tell that the conversation is over."""
    turn = Turn("dialogflow_es", "goodbye", origin="google", is_voice=True)

    response = dialogflow_es.render(turn, Reply("Bye.", "rule", end_session=True))

    assert response == {
        "fulfillmentText": "Bye.",
        "fulfillmentMessages": [{"text": {"text": ["Bye."]}}],
        "payload": {"google": {"expectUserResponse": False}},
    }


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_follow_up_event_is_told_from_words(number: int) -> None:
    """When Dialogflow calls again as it was asked to, the turn says for which time."""
    turn = dialogflow_es.parse(request(dialogflow_es.FOLLOW_UP_EVENTS[number - 1]))

    assert (turn.kind, turn.follow_up) == ("follow_up", number)


@pytest.mark.parametrize("language", ["de", ""])
def test_render_asks_to_be_called_again(language: str) -> None:
    """The event is named, with a language, which is required; Google's own type takes it."""
    turn = Turn("dialogflow_es", "text", language=language)

    answer = dialogflow_es.render(turn, Reply("Later.", "fallback", follow_up=2))

    assert answer["followupEventInput"] == {"name": "WEBHOOK_FOLLOW_UP_2", "languageCode": language or "en"}
    dialogflow_v2.WebhookResponse.from_json(json.dumps(answer), ignore_unknown_fields=False)


@pytest.mark.parametrize(
    "query", [{"intent": {"isFallback": True}}, {"action": "input.unknown"}], ids=["flag", "action"]
)
def test_words_that_look_like_an_event_are_words(query: dict[str, Any]) -> None:
    """COVID_19 is something that people say: an event always has an intent of its own."""
    assert dialogflow_es.parse(request("COVID_19", **query)).kind == "text"
    assert dialogflow_es.parse(request("ORDER_READY", intent={"displayName": "order"})).kind == "event"
