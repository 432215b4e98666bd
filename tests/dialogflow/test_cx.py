"""Requests of CX, its tags and session parameters, and what an answer does to them."""

import json
from typing import Any

import pytest
from google.cloud import dialogflowcx_v3

from scripts.dataset.types import Finding
from scripts.dialogflow.cx import CxTalk
from scripts.dialogflow.types import Json, Query, Setting, Shown
from tests.dialogflow.webhooks import HELLO, SETTING

AGENT = "projects/simulated/locations/global/agents/00000000-0000-0000-0000-00000000a9e7"
FLOW = f"{AGENT}/flows/00000000-0000-0000-0000-000000000000"
QUERIES = {
    "text": HELLO,
    "welcome": Query("event", "WELCOME"),
    "silence": Query("event", "sys.no-input-default"),
    "keys": Query("keys", "12#"),
    "intent": Query("text", "Hello", intent="interviewer"),
}


def request(query: Query, **setting: Any) -> Json:
    return CxTalk(Setting("s1", **setting)).hear(query, 0.0).request(query, "t1")


@pytest.mark.parametrize("origin", ["console", "messenger", "telephony"])
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_requests_are_ones_that_google_could_send(origin: str, query: Query) -> None:
    """Google's own WebhookRequest takes what we send, with no field left over."""
    body = request(query, origin=origin, parameters={"n": 1})

    dialogflowcx_v3.WebhookRequest.from_json(json.dumps(body), ignore_unknown_fields=False)


def test_words_come_with_tag_page_and_parameters() -> None:
    """A no-match at the start page, whole."""
    assert request(HELLO, language="de", parameters={"persona": "joy"}) == {
        "detectIntentResponseId": "t1",
        "fulfillmentInfo": {"tag": "joy"},
        "pageInfo": {"currentPage": f"{FLOW}/pages/START_PAGE", "displayName": "Start Page"},
        "sessionInfo": {"session": f"{AGENT}/sessions/s1", "parameters": {"persona": "joy"}},
        "messages": [],
        "languageCode": "de",
        "text": "Hello",
    }


@pytest.mark.parametrize(
    ("query", "tag"),
    [
        (QUERIES["text"], "joy"),
        (QUERIES["welcome"], "joy.welcome"),
        (QUERIES["silence"], "joy.no-input"),
        (Query("event", "BYE", tag="joy.goodbye"), "joy.goodbye"),
    ],
)
def test_tags_say_what_happened(query: Query, tag: str) -> None:
    """The tag is the route's: welcome and silence have their own."""
    assert request(query)["fulfillmentInfo"] == {"tag": tag}


def test_a_caller_speaks() -> None:
    """By phone the words are a transcript, and the number comes along."""
    body = request(HELLO, origin="telephony", caller="+442071838750")

    assert "text" not in body
    assert body["transcript"] == "Hello"
    assert body["payload"] == {"telephony": {"caller_id": "+442071838750"}}


def test_session_parameters_are_kept_and_null_deletes() -> None:
    """What one answer sets the next request carries, over what the session began with; null takes it away for good."""
    talk = CxTalk(Setting("s1", parameters={"a": 1})).hear(HELLO, 0.0)

    talk = talk.heed({"sessionInfo": {"parameters": {"b": 2}}}, 0.0).hear(HELLO, 0.0)
    both = talk.parameters
    talk = talk.heed({"sessionInfo": {"parameters": {"a": None}}}, 0.0).hear(HELLO, 0.0)

    assert (both, talk.parameters) == ({"a": 1, "b": 2}, {"b": 2})


@pytest.mark.parametrize(("page", "ends"), [(f"{FLOW}/pages/END_SESSION", True), (f"{FLOW}/pages/other", False)])
def test_end_session_ends_it(page: str, ends: bool) -> None:
    """Only the transition to END_SESSION ends a session."""
    assert CxTalk(SETTING).is_end({"targetPage": page}) is ends


@pytest.mark.parametrize(
    ("check", "event"),
    [("timeout", "webhook.error.timeout"), ("http_401", "webhook.error.rejected"), ("not_json", "webhook.error")],
)
def test_failures_are_events(check: str, event: str) -> None:
    """A broken webhook is met by the agent's handler for that event, and it is named."""
    shown = CxTalk(SETTING).show_failure(Finding("error", check, "", ""))

    assert shown == Shown(rows=(f"what the agent's handler for {event} says",))


def test_an_answer_without_words_is_worth_a_look() -> None:
    """CX lets the page speak alone; a warning says so, and an end of the session needs no words."""
    talk = CxTalk(SETTING)

    assert [(finding.severity, finding.check) for finding in talk.problems({})] == [("warning", "no_words")]
    assert talk.problems({"targetPage": f"{FLOW}/pages/END_SESSION"}) == ()
