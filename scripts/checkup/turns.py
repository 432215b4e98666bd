"""What the webhook is tried with: a health check, and a turn of each edition as scripts/dialogflow plays it."""

from scripts.dialogflow.cx import CxTalk
from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.types import Json, Query, Setting, Talk

QUESTION = "What can we talk about?"

_WELCOME = Query("event", "WELCOME")


def es_talk(session: str) -> EsTalk:
    """Return a conversation as ES keeps it."""
    return EsTalk(Setting(session, origin="api"))


def cx_talk(session: str, persona: str) -> CxTalk:
    """Return a conversation as CX keeps it, whose tags name a persona."""
    return CxTalk(Setting(session, origin="api", tag=persona))


def turn(talk: Talk, session: str, words: str | None) -> Json:
    """Return the request of a first turn: words, or the welcome where there are none. Its id is new."""
    query = _WELCOME if words is None else Query("text", words)
    return talk.hear(query, 0.0).request(query, f"{session}-{talk.channel}")


def health_check(session: str) -> Json:
    """Return Google's health check of an ES webhook: nobody speaks, no model is asked."""
    arguments = [{"name": "is_health_check", "boolValue": True, "textValue": "1"}]
    original = {"source": "google", "payload": {"inputs": [{"arguments": arguments}]}}
    request = es_talk(session).request(_WELCOME, f"{session}-health")
    return request | {"originalDetectIntentRequest": original}
