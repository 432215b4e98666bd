"""Small webhooks for the simulator to meet: good ones, and every kind of broken one."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from scripts.dialogflow.cx import CxTalk
from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.playing import play
from scripts.dialogflow.types import Outcome, Query, Received, Setting
from scripts.dialogflow.wire import Webhook, open_wire
from tests.loopback import Behaviour, Loopback, answer, loopback

SETTING = Setting(session="s1")
HELLO = Query("text", "Hello")

_T = TypeVar("_T", EsTalk, CxTalk)


def es_answer(text: str, **more: Any) -> Behaviour:
    """Answer as a good ES webhook does."""
    return says({"fulfillmentText": text, "fulfillmentMessages": [{"text": {"text": [text]}}], **more})


def cx_answer(text: str, **more: Any) -> Behaviour:
    """Answer as a good CX webhook does."""
    return says({"fulfillmentResponse": {"messages": [{"text": {"text": [text]}}]}, **more})


def follow_up(event: str, **parameters: Any) -> Behaviour:
    """Ask ES to call again with an event."""
    return says({"followupEventInput": {"name": event, "languageCode": "en", "parameters": parameters}})


def says(document: object) -> Behaviour:
    """Answer with any JSON."""
    return answer(json.dumps(document).encode())


def received(document: object, status: int = 200) -> Received:
    """Return an answer as the wire gives it."""
    return Received(status, "application/json", json.dumps(document).encode(), 0.1)


@contextmanager
def webhook(*behaviours: Behaviour, limit_s: float = 5.0) -> Iterator[tuple[Webhook, Loopback]]:
    """Give a running webhook and what it was sent."""
    with loopback(*behaviours) as running:
        yield Webhook(f"{running.base_url}/webhook", {}, limit_s), running


def played(talk: _T, at: Webhook, *queries: Query) -> tuple[list[Outcome], _T]:
    """Return what became of each query, and the talk at the end."""

    async def run() -> tuple[list[Outcome], _T]:
        current, outcomes = talk, []
        async with open_wire(at) as wire:
            for query in queries:
                outcome, current = await play(current, query, wire)
                outcomes.append(outcome)
        return outcomes, current

    return asyncio.run(run())


def checks(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the severity and name of each finding."""
    return [(finding.severity, finding.check) for finding in outcome.findings]
