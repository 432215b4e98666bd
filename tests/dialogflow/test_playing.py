"""A turn from beginning to end: follow-up events of ES, the second try of CX."""

import pytest

from scripts.dialogflow.cx import CxTalk
from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.types import Query
from scripts.dialogflow.wire import Webhook
from tests.dialogflow.webhooks import HELLO, SETTING, checks, cx_answer, es_answer, follow_up, played, says, webhook
from tests.gunicorns import free_port
from tests.loopback import Behaviour, answer, hang


def test_a_turn_shows_the_webhooks_words() -> None:
    """The plain case."""
    with webhook(es_answer("I hear you.", source="model")) as (at, _):
        (outcome,), _ = played(EsTalk(SETTING), at, HELLO)

    assert (outcome.is_good, outcome.shown.texts, outcome.source) == (True, ("I hear you.",), "model")


def test_es_calls_again_with_the_event() -> None:
    """Words beside a follow-up event are ignored; the event's parameters come as a context of its name."""
    with webhook(follow_up("LATE_ANSWER", ticket="t7"), es_answer("Here it is.")) as (at, running):
        (outcome,), _ = played(EsTalk(SETTING), at, Query("text", "Hello", language="de"))

    second = running.requests[1]["queryResult"]
    assert outcome.is_good
    assert outcome.shown.texts == ("Here it is.",)
    assert [call.event for call in outcome.calls] == ["", "LATE_ANSWER"]
    assert second["queryText"] == "LATE_ANSWER"
    assert second["languageCode"] == "de"
    contexts = {context["name"].rpartition("/")[2]: context for context in second["outputContexts"]}
    assert contexts["late_answer"]["parameters"] == {"ticket": "t7"}


def test_es_follows_three_events_and_no_more() -> None:
    """A fourth is not made; the person sees the intent's own words, and the fault is named."""
    with webhook(*(follow_up(f"LATE_{number}") for number in range(1, 5))) as (at, running):
        (outcome,), _ = played(EsTalk(SETTING), at, HELLO)

    assert [request["queryResult"]["queryText"] for request in running.requests] == [
        "Hello",
        "LATE_1",
        "LATE_2",
        "LATE_3",
    ]
    assert checks(outcome) == [("error", "endless_follow_up")]
    assert not outcome.is_own


def test_es_does_not_try_twice() -> None:
    """One failure is the end of it."""
    with webhook(answer(b"{}", status="500 Internal Server Error"), es_answer("Hi")) as (at, running):
        (outcome,), _ = played(EsTalk(SETTING), at, HELLO)

    assert len(running.requests) == 1
    assert checks(outcome) == [("error", "http_500")]


@pytest.mark.parametrize("failure", [hang(), answer(b"{}", status="503 Service Unavailable")], ids=["late", "busy"])
def test_cx_tries_once_more_with_the_same_id(failure: Behaviour) -> None:
    """A passing failure that the second try mends is a warning, and the person sees the answer."""
    with webhook(failure, cx_answer("Hi"), limit_s=0.5) as (at, running):
        (outcome,), _ = played(CxTalk(SETTING), at, HELLO)

    assert running.requests[0] == running.requests[1]
    assert [call.attempt for call in outcome.calls] == [1, 2]
    assert outcome.is_good
    assert [severity for severity, _ in checks(outcome)] == ["warning"]
    assert outcome.shown.texts == ("Hi",)


def test_cx_gives_up_after_the_second_try() -> None:
    """Two failures are the agent's error event."""
    with webhook(answer(b"{}", status="503 Service Unavailable")) as (at, running):
        (outcome,), _ = played(CxTalk(SETTING), at, HELLO)

    assert len(running.requests) == 2
    assert outcome.shown.rows == ("what the agent's handler for webhook.error.unavailable says",)


def test_cx_has_an_event_for_a_server_that_is_down() -> None:
    """Google names an unreachable URL so, whatever the word suggests."""
    at = Webhook(f"http://127.0.0.1:{free_port()}/webhook", {}, limit_s=5.0)
    (outcome,), _ = played(CxTalk(SETTING), at, HELLO)

    assert outcome.shown.rows == ("what the agent's handler for webhook.error.not-found says",)


def test_cx_does_not_repeat_what_cannot_pass() -> None:
    """A refusal or a wrong answer would only come again."""
    with webhook(answer(b"{}", status="401 Unauthorized"), says([])) as (at, running):
        outcomes, _ = played(CxTalk(SETTING), at, HELLO, HELLO)

    assert len(running.requests) == 2
    assert [checks(outcome) for outcome in outcomes] == [[("error", "http_401")], [("error", "not_an_object")]]


def test_a_conversation_goes_on_in_its_session() -> None:
    """Contexts that one answer sets come with the next request."""
    name = "projects/simulated/agent/sessions/s1/contexts/topic"
    with webhook(es_answer("One", outputContexts=[{"name": name, "lifespanCount": 5}]), es_answer("Two")) as (
        at,
        running,
    ):
        _, talk = played(EsTalk(SETTING), at, HELLO, HELLO)

    assert {"name": name, "lifespanCount": 4} in running.requests[1]["queryResult"]["outputContexts"]
    assert talk.misses == 2
