"""The requests that the webhook is tried with, as Dialogflow sends them, and what counts as an answer."""

import json
from typing import Any

from app.channels import MAX_RESPONSE_BYTES

Json = dict[str, Any]

QUESTION = "What can we talk about?"


def health_check(session: str) -> Json:
    """Return Google's health check of an ES webhook: nobody speaks, no model is asked."""
    arguments = [{"name": "is_health_check", "boolValue": True, "textValue": "1"}]
    body = _es(session, "GOOGLE_ASSISTANT_WELCOME", "Default Welcome Intent")
    body["originalDetectIntentRequest"] = {"source": "google", "payload": {"inputs": [{"arguments": arguments}]}}
    return body


def es_turn(session: str, words: str | None) -> Json:
    """Return an ES turn: the welcome event, or words."""
    return (
        _es(session, "WELCOME", "Default Welcome Intent")
        if words is None
        else _es(session, words, "Default Fallback Intent")
    )


def cx_turn(session: str, words: str | None) -> Json:
    """Return a CX turn: a welcome, or words."""
    body: Json = {
        "detectIntentResponseId": f"{session}-cx",
        "fulfillmentInfo": {"tag": "" if words else ".welcome"},
        "sessionInfo": {"session": f"projects/doctor/locations/global/agents/doctor/sessions/{session}"},
        "languageCode": "en",
    }
    return body | ({"text": words} if words else {"triggerEvent": "WELCOME"})


def _es(session: str, words: str, intent: str) -> Json:
    return {
        "responseId": f"{session}-{intent}-{len(words)}",
        "session": f"projects/doctor/agent/sessions/{session}",
        "queryResult": {
            "queryText": words,
            "languageCode": "en",
            "allRequiredParamsPresent": True,
            "intent": {"displayName": intent},
        },
    }


def words_of(body: bytes) -> str:
    """Return what a person would be told. Raises ValueError saying why Dialogflow would not take the answer."""
    if len(body) > MAX_RESPONSE_BYTES:
        raise ValueError(f"the answer is longer than {MAX_RESPONSE_BYTES} bytes")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the answer is no JSON") from None
    words = _text(answer)
    if not words:
        raise ValueError("the answer is JSON, and holds no text")
    return words


def _text(answer: Any) -> str:
    """Return the text of an ES or a CX answer, empty where it has none."""
    try:
        if "fulfillmentText" in answer:
            return str(answer["fulfillmentText"]).strip()
        return str(answer["fulfillmentResponse"]["messages"][0]["text"]["text"][0]).strip()
    except (KeyError, TypeError, IndexError):
        return ""
