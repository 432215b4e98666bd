"""What an answer of the webhook means: refused by Dialogflow, silent, late, a fallback line."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, request

from scripts.checkup.turns import QUESTION
from tests.checkup.setups import Line, Setup, webhook

FALLBACK = "I'm still with you. I lost my thought for a moment; would you say that once more, in your own way?"

Answer = Callable[[Any], Response]


def stranger(reply: Answer) -> Flask:
    """Return a server that is alive and ready, refuses strangers, and answers turns as it likes."""
    app = Flask("stranger")

    @app.get("/healthz")
    @app.get("/readyz")
    def alive() -> Response:
        return Response('{"status": "ok"}', content_type="application/json")

    @app.post("/webhook")
    def turn() -> Response:
        return reply(request.get_json()) if request.authorization else Response(status=401)

    return app


def with_text(text: str) -> Answer:
    """Return an answer in the form of the request."""
    messages = [{"text": {"text": [text]}}]

    def reply(asked: Any) -> Response:
        es, cx = (
            {"fulfillmentText": text, "fulfillmentMessages": messages},
            {"fulfillmentResponse": {"messages": messages}},
        )
        return Response(json.dumps(es if "queryResult" in asked else cx), content_type="application/json")

    return reply


def slow(_: Any) -> Response:
    time.sleep(0.3)
    return with_text("Hello.")(_)


def failing(_: Any) -> Response:
    return Response('{"error": {"status": 500}}', 500, content_type="application/json")


ANSWERS: dict[str, tuple[Answer, tuple[str, ...], Line]] = {
    "the wrong path": (
        lambda _: Response('{"error": "not found"}', 404, content_type="application/json"),
        (),
        ("failed", "webhook", "there is no webhook at this path (404)", "its address ends in /webhook"),
    ),
    "an error": (
        failing,
        (),
        (
            *("failed", "webhook", "the health check is answered with 500; Dialogflow takes 200 only"),
            "look at the server's log for what broke",
        ),
    ),
    "no text": (
        with_text(" "),
        (),
        ("failed", "webhook", "the health check holds no words", "is another version deployed?"),
    ),
    "no JSON": (
        lambda _: Response("hello", content_type="text/plain"),
        (),
        (
            *(
                "failed",
                "webhook",
                "Dialogflow would refuse the health check: the webhook answered with something that",
            ),
            "answer with a JSON object in UTF-8",
        ),
    ),
    "an unknown field": (
        lambda _: Response('{"fulfillmentText": "Hello.", "mood": "good"}', content_type="application/json"),
        (),
        (
            *("failed", "webhook", "Dialogflow would refuse the health check: mood "),
            "",
        ),
    ),
    "too much": (
        with_text("x" * 40_000),
        (),
        (
            *("failed", "webhook", "Dialogflow would refuse the health check: the answer is longer than 65,536 bytes"),
            "send fewer or shorter messages",
        ),
    ),
}


@pytest.mark.parametrize(("reply", "words", "line"), ANSWERS.values(), ids=ANSWERS)
def test_what_dialogflow_would_refuse_is_named_once(
    healthy: Setup, reply: Answer, words: tuple[str, ...], line: Line
) -> None:
    """The first turn shows it; the others would fail the same way and are not tried."""
    with webhook(stranger(reply)) as healthy.url:
        problems = healthy.examine(*words).problems

    assert [problem[:2] for problem in problems] == [line[:2]]
    assert problems[0][2].startswith(line[2])
    assert problems[0][3].startswith(line[3])


def test_a_fallback_line_is_no_answer(healthy: Setup) -> None:
    """With --paid, a webhook whose model is silent is found out, although it answers 200 with words."""
    with webhook(stranger(with_text(f"This is a computer. {FALLBACK}"))) as healthy.url:
        problems = healthy.examine("--paid").problems

    assert [problem[2] for problem in problems] == [
        "the turn as ES sends it got a fallback line: the model gave no words in time",
        "the turn as CX sends it got a fallback line: the model gave no words in time",
    ]
    assert FALLBACK not in str(problems)


def test_slow_answers_are_named(healthy: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """Near Dialogflow's limit is a warning, beyond it a failure."""
    monkeypatch.setattr("scripts.checkup.verdicts._SLOW_S", 0.2)
    with webhook(stranger(slow)) as healthy.url:
        near = healthy.examine().problems
        monkeypatch.setattr("scripts.checkup.verdicts.ES_LIMIT_S", 0.2)
        beyond = healthy.examine().problems

    assert [(line[0], line[2].rpartition(" s")[2]) for line in near] == [("warning", " of Dialogflow ES")] * 3
    assert [line[0] for line in beyond] == ["failed"]
    assert beyond[0][2].endswith("Dialogflow ES gives up at 5 s")


def test_a_late_model_that_is_fetched_is_a_warning(healthy: Setup) -> None:
    """The server asks Dialogflow to call again: no words yet, and nothing broken."""
    later = {"followupEventInput": {"name": "WEBHOOK_FOLLOW_UP_1", "languageCode": "en"}}

    def reply(asked: Any) -> Response:
        is_words = asked.get("queryResult", {}).get("queryText") == QUESTION
        return Response(json.dumps(later), content_type="application/json") if is_words else with_text("Hello.")(asked)

    with webhook(stranger(reply)) as healthy.url:
        problems = healthy.examine("--paid").problems

    assert [problem[:3] for problem in problems] == [
        ("warning", "webhook", "the turn as ES sends it asks Dialogflow to call again: the model was late")
    ]
