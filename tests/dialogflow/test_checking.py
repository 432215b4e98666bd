"""Google's types as the judge: what is taken, and each fault in words."""

from typing import Any

import pytest

from scripts.dialogflow.checking import judge
from scripts.dialogflow.types import Received
from tests.dialogflow.webhooks import received
from tests.shared import SHARED

TEXTS = [{"text": {"text": ["Hi"]}}]


@pytest.mark.parametrize("channel", ["es", "cx"])
def test_both_spellings_are_taken_and_become_one(channel: Any) -> None:
    """snake_case and camelCase are both protobuf JSON; what comes out is camelCase."""
    bodies = {"es": {"fulfillment_messages": TEXTS}, "cx": {"fulfillment_response": {"messages": TEXTS}}}
    expected = {"es": {"fulfillmentMessages": TEXTS}, "cx": {"fulfillmentResponse": {"messages": TEXTS}}}

    judgement = judge(received(bodies[channel]), channel)

    assert (judgement.answer, judgement.findings) == (expected[channel], ())


def test_names_in_parameters_and_payloads_are_free() -> None:
    """Session parameters and payloads are the webhook's own; null stays, because CX deletes by it."""
    document = {"sessionInfo": {"parameters": {"order": None, "deep": {"er": 1}}}, "payload": {"any": "thing"}}

    judgement = judge(received(document), "cx")

    assert (judgement.answer, judgement.findings) == (document, ())


def test_all_unknown_fields_are_named_at_once() -> None:
    """However deep, with the path to each; payloads may hold anything."""
    document = {
        "fulfilmentText": "Hi",
        "endInteraction": True,
        "fulfillmentMessages": [{"text": {"text": ["Hi"]}}, {"card": {"titel": "x"}}],
        "payload": {"anything": {"goes": 1}},
    }

    judgement = judge(received(document), "es")

    assert judgement.answer is None
    assert [(finding.check, finding.where) for finding in judgement.findings] == [
        ("unknown_field", "fulfilmentText"),
        ("unknown_field", "endInteraction"),
        ("unknown_field", "fulfillmentMessages[1].card.titel"),
    ]
    assert "fulfillmentText" in judgement.findings[0].fix


BROKEN: dict[str, tuple[Received, str, str]] = {
    "not json": (Received(200, "text/plain", b"Hello!", 0.1), "not_json", "something that is no JSON (text/plain)"),
    "web page": (Received(200, "text/html", b"<html>", 0.1), "not_json", "a web page"),
    "empty": (Received(200, "", b"", 0.1), "empty_body", "nothing in it"),
    "not utf-8": (Received(200, "", b'{"a": "\xff"}', 0.1), "not_json", "no JSON"),
    "list": (received([1]), "not_an_object", "a list"),
    "deep": (Received(200, "", b"[" * 60_000, 0.1), "not_json", "no JSON"),
    "number for text": (
        received({"fulfillmentText": 3}),
        "wrong_type",
        '"fulfillmentText" must be a text, and is a number',
    ),
    "text for list": (
        received({"fulfillmentMessages": [{"text": {"text": "Hi"}}]}),
        "wrong_type",
        'text.text" must be a list',
    ),
    "object for list": (received({"outputContexts": {}}), "wrong_type", "must be a list, and is an object"),
    "list for text": (received({"source": ["a"]}), "wrong_type", "must be a text, and is a list"),
    "text for object": (received({"fulfillmentMessages": ["Hi"]}), "wrong_type", '[0]" must be an object'),
    "list for object": (received({"followupEventInput": []}), "wrong_type", "must be an object, and is a list"),
    "unknown platform": (received({"fulfillmentMessages": [{"platform": "MARS"}]}), "wrong_type", "MARS"),
    "too large": (received({"fulfillmentText": "x" * 70_000}), "too_large", "65,536 bytes (64 KiB)"),
    "server error": (received({}, 500), "http_500", "HTTP 500"),
    "refused": (received({}, 401), "http_401", "HTTP 401"),
    "redirect": (received({}, 301), "http_301", "HTTP 301"),
    "created": (received({}, 201), "http_201", "not 200"),
}


@pytest.mark.parametrize(("answer", "check", "said"), BROKEN.values(), ids=BROKEN)
def test_faults_are_named(answer: Received, check: str, said: str) -> None:
    """Each kind of broken answer has a name, words, and what to do."""
    judgement = judge(answer, "es")

    assert judgement.answer is None
    (finding,) = judgement.findings
    assert (finding.severity, finding.check) == ("error", check)
    assert said in finding.message
    assert finding.fix


def test_exactly_64_kib_is_taken() -> None:
    """The limit itself is allowed."""
    frame = len(received({"fulfillmentText": ""}).body)
    fits = received({"fulfillmentText": "x" * (65_536 - frame)})
    over = received({"fulfillmentText": "x" * (65_537 - frame)})

    assert judge(fits, "es").findings == ()
    assert [finding.check for finding in judge(over, "es").findings] == ["too_large"]


def test_cx_goes_to_a_page_or_a_flow() -> None:
    """Google's types refuse both at once."""
    judgement = judge(received({"targetPage": "p", "targetFlow": "f"}), "cx")

    assert [finding.check for finding in judgement.findings] == ["wrong_type"]


@pytest.mark.skipif(SHARED is None, reason="the recorded answers are not beside this checkout")
@pytest.mark.parametrize("channel", ["es", "cx"])
def test_recorded_answers_pass(channel: Any) -> None:
    """Answers of other people's webhooks, which Dialogflow took, are taken here."""
    files = sorted((SHARED / "fixtures" / "dialogflow").glob(f"{channel}_resp_*.json")) if SHARED else []

    refused = {file.stem for file in files if judge(Received(200, "", file.read_bytes(), 0.1), channel).answer is None}

    assert (len(files) > 3, refused) == (True, set())
