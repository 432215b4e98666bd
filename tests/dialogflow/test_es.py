"""Requests of ES, the contexts that count down, and what an answer does to them."""

import json
from typing import Any, get_args

import pytest
from google.cloud import dialogflow_v2

from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.types import Json, Origin, Query, Setting
from tests.dialogflow.webhooks import HELLO, SETTING

SESSION = "projects/simulated/agent/sessions/s1"
WELCOME = Query("event", "WELCOME")


def request(talk: EsTalk, query: Query) -> Json:
    return talk.hear(query, 0.0).request(query, "t1")


def context(name: str, **rest: Any) -> Json:
    return {"name": f"{SESSION}/contexts/{name}", **rest}


def active(talk: EsTalk, now: float = 0.0) -> dict[str, int]:
    """Return the contexts of the next request, with their lifespans."""
    contexts = talk.hear(WELCOME, now).request(WELCOME, "t")["queryResult"]["outputContexts"]
    return {item["name"].rpartition("/")[2]: item.get("lifespanCount", 0) for item in contexts}


@pytest.mark.parametrize("origin", get_args(Origin))
@pytest.mark.parametrize("query", [HELLO, WELCOME, Query("event", "LATE", {"n": 1})], ids=["text", "welcome", "event"])
def test_requests_are_ones_that_google_could_send(origin: Origin, query: Query) -> None:
    """Google's own WebhookRequest takes what we send, with no field left over."""
    talk = EsTalk(Setting("s1", origin=origin, parameters={"persona": "joy"}))

    dialogflow_v2.WebhookRequest.from_json(json.dumps(request(talk, query)), ignore_unknown_fields=False)


def test_words_match_the_fallback_intent() -> None:
    """What no intent matches comes with the fallback intent and the counter of misses."""
    asked = request(EsTalk(SETTING), HELLO)

    assert asked == {
        "responseId": "t1",
        "session": SESSION,
        "queryResult": {
            "queryText": "Hello",
            "action": "input.unknown",
            "intent": {
                "name": "projects/simulated/agent/intents/default-fallback-intent",
                "displayName": "Default Fallback Intent",
                "isFallback": True,
            },
            "parameters": {},
            "allRequiredParamsPresent": True,
            "fulfillmentText": "I missed that. Could you put it another way?",
            "fulfillmentMessages": [{"text": {"text": ["I missed that. Could you put it another way?"]}}],
            "outputContexts": [
                context("__system_counters__", lifespanCount=1, parameters={"no-input": 0.0, "no-match": 1.0})
            ],
            "intentDetectionConfidence": 1.0,
            "languageCode": "en",
        },
        "originalDetectIntentRequest": {"source": "DIALOGFLOW_CONSOLE", "payload": {}},
    }


@pytest.mark.parametrize(
    ("origin", "event"),
    [("facebook", "FACEBOOK_WELCOME"), ("telegram", "TELEGRAM_WELCOME"), ("telephony", "TELEPHONY_WELCOME")],
)
def test_a_welcome_is_called_as_the_integration_calls_it(origin: Origin, event: str) -> None:
    """Each platform has a welcome event of its own, in the text and as a context."""
    result = request(EsTalk(Setting("s1", origin=origin)), WELCOME)["queryResult"]

    assert result["queryText"] == event
    assert result["intent"]["displayName"] == "Default Welcome Intent"
    assert context(event.lower()) in result["outputContexts"]


@pytest.mark.parametrize(
    ("origin", "source"),
    [("facebook", "facebook"), ("telegram", "telegram"), ("slack", "slack"), ("telephony", "GOOGLE_TELEPHONY")],
)
def test_integrations_say_where_a_person_talks(origin: Origin, source: str) -> None:
    """The source stands in originalDetectIntentRequest, with what the platform sent."""
    original = request(EsTalk(Setting("s1", origin=origin)), HELLO)["originalDetectIntentRequest"]

    assert original["source"] == source
    assert original["payload"]


def test_contexts_count_down_and_end() -> None:
    """A context of two turns is there for two turns, the last one without a lifespan."""
    talk = EsTalk(SETTING).heed({"outputContexts": [context("Topic", lifespanCount=2)]}, 0.0)

    seen = []
    for _ in range(3):
        talk = talk.hear(HELLO, 0.0)
        seen.append({item.name: item.turns for item in talk.contexts if item.name == "topic"})

    assert seen == [{"topic": 1}, {"topic": 0}, {}]


def test_contexts_end_after_twenty_minutes() -> None:
    """However many turns a context has left, 20 minutes end it."""
    talk = EsTalk(SETTING).heed({"outputContexts": [context("topic", lifespanCount=50)]}, 0.0)

    assert active(talk, 1_199.0) == {"topic": 49, "welcome": 0}
    assert active(talk, 1_200.0) == {"welcome": 0}


def test_a_returned_context_takes_the_place_of_the_active_one() -> None:
    """A lifespan of 0, which is also the default, ends a context at once."""
    talk = EsTalk(SETTING).heed({"outputContexts": [context("a", lifespanCount=9), context("b", lifespanCount=9)]}, 0.0)

    talk = talk.heed({"outputContexts": [context("a"), context("b", lifespanCount=3)]}, 0.0)

    assert active(talk) == {"b": 2, "welcome": 0}


def test_misses_are_counted_until_something_matches() -> None:
    """The counter goes up with each miss in a row."""
    talk = EsTalk(SETTING).hear(HELLO, 0.0).hear(HELLO, 0.0)
    misses = talk.misses

    assert (misses, talk.hear(WELCOME, 0.0).hear(HELLO, 0.0).misses) == (2, 1)


@pytest.mark.parametrize(
    ("contexts", "found"),
    [
        ([context("fine-name_1")], []),
        ([{"name": "projects/other/agent/sessions/s1/contexts/a"}], ["foreign_context"]),
        ([context("with space")], ["context_name"]),
        ([context("__system_counters__")], ["context_name"]),
        ([context("x" * 251)], ["context_name"]),
    ],
)
def test_contexts_that_es_refuses_are_named(contexts: list[Json], found: list[str]) -> None:
    """A context must be of this session and have an id that ES allows."""
    problems = EsTalk(SETTING).problems({"fulfillmentText": "Hi", "outputContexts": contexts})

    assert [finding.check for finding in problems] == found


def test_an_answer_without_words_is_a_fault() -> None:
    """Nobody is answered by an empty text; an answer with a follow-up event needs none."""
    talk = EsTalk(SETTING)

    assert [finding.check for finding in talk.problems({"fulfillmentText": " "})] == ["no_words"]
    assert talk.problems({"followupEventInput": {"name": "LATE"}}) == ()


@pytest.mark.parametrize(("origin", "ends"), [("google", True), ("telephony", False)])
def test_only_the_assistant_hangs_up(origin: Origin, ends: bool) -> None:
    """A v2 answer ends nothing elsewhere: the field for it exists in v2beta1 only."""
    answer = {"fulfillmentText": "Bye", "payload": {"google": {"expectUserResponse": False}}}

    assert EsTalk(Setting("s1", origin=origin)).is_end(answer) is ends
