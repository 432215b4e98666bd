"""Dialogflow CX, API v3: WebhookRequest in, WebhookResponse out ("Webhooks", read 2026-11).

The tag says who answers and, after a dot, what happened when the page itself knows: `joy`, `joy.welcome`,
`joy.no-input`, `joy.goodbye`.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.channels.wire import (
    has,
    is_bare_greeting,
    read_flag,
    read_name,
    read_object,
    read_objects,
    read_phone_prefix,
    read_session_path,
    read_texts,
    read_words,
    session_id,
)
from app.core.text import speakable
from app.core.types import Reply, Turn, TurnKind

NAME = "dialogflow_cx"
FOLLOW_UP_EVENTS: tuple[str, ...] = ()  # CX cannot be asked to call again; its webhooks may take longer instead

_WELCOME_NAME = "default welcome intent"
_FLOW = re.compile(r"^projects/[^/]+/locations/[^/]+/agents/[^/]+/flows/[^/]+(?=/pages/)")


def claims(body: Mapping[str, Any]) -> bool:
    """Return whether this is a CX v3 request: it has at least one of the parts that only CX sends."""
    return any(has(body, name) for name in ("fulfillmentInfo", "sessionInfo", "pageInfo"))


def parse(body: Mapping[str, Any]) -> Turn:
    """Return the turn of a v3 WebhookRequest. Any part of it may be missing, and real ones often are."""
    page = read_object(body, "pageInfo")
    session = read_object(body, "sessionInfo")
    tag, _, happening = read_name(read_object(body, "fulfillmentInfo"), "tag").partition(".")
    parameters = read_object(session, "parameters")
    text = read_words(body, "text") or read_words(body, "transcript")
    return Turn(
        channel=NAME,
        kind=_kind(body, page, text, happening),
        text=text,
        session=session_id(read_session_path(session, "session")),
        address=read_name(page, "currentPage"),
        language=read_name(body, "languageCode"),
        origin=_origin(body),
        is_voice=_is_voice(body),
        phone_prefix=read_phone_prefix(read_object(body, "payload")),
        intent=read_name(read_object(body, "intentInfo"), "displayName"),
        event=read_name(body, "triggerEvent"),
        tag=tag,
        persona=read_name(parameters, "persona"),
        prompt=read_texts(body, "messages"),
        id=read_name(body, "detectIntentResponseId"),
        parameters=parameters,
    )


def _origin(body: Mapping[str, Any]) -> str:
    payload = read_object(body, "payload")
    if has(payload, "telephony"):
        return "telephony"
    return (read_name(payload, "source") or read_name(payload, "origin")).lower() or "unknown"


def _is_voice(body: Mapping[str, Any]) -> bool:
    is_spoken = read_words(body, "transcript") or read_name(body, "dtmfDigits")
    return bool(is_spoken) or has(read_object(body, "payload"), "telephony")


def _kind(body: Mapping[str, Any], page: Mapping[str, Any], text: str, happening: str) -> TurnKind:
    if _waits_for_a_parameter(page):
        return "slot_filling"
    if happening == "goodbye":
        return "goodbye"
    if (happening == "welcome" or _is_welcome(body)) and is_bare_greeting(text):
        return "welcome"
    if text:
        return "text"
    if read_name(body, "dtmfDigits"):
        return "dtmf"
    return "event" if read_name(body, "triggerEvent") else "empty"


def _is_welcome(body: Mapping[str, Any]) -> bool:
    names = {
        read_name(read_object(body, "intentInfo"), "displayName").lower(),
        read_name(read_object(body, "fulfillmentInfo"), "tag").lower(),
    }
    return _WELCOME_NAME in names or "WELCOME" in read_name(body, "triggerEvent").upper()


def _waits_for_a_parameter(page: Mapping[str, Any]) -> bool:
    parameters = read_objects(read_object(page, "formInfo"), "parameterInfo")
    return any(
        read_flag(parameter, "required", default=False) and read_name(parameter, "state") in {"EMPTY", "INVALID"}
        for parameter in parameters
    )


def render(turn: Turn, reply: Reply) -> dict[str, Any]:
    """Return a v3 WebhookResponse. While a form is filled, our words replace the page's own, or they would be doubled.

    A session ends by a transition to the flow's END_SESSION page, known only when the request named its page.
    """
    text = speakable(reply.text) if turn.is_voice else reply.text
    messages: list[dict[str, Any]] = [{"text": {"text": [text]}}]
    if reply.suggestions and not turn.is_voice:
        options = [{"text": suggestion} for suggestion in reply.suggestions]
        messages.append({"payload": {"richContent": [[{"type": "chips", "options": options}]]}})
    merge = "REPLACE" if turn.kind == "slot_filling" else "APPEND"
    response: dict[str, Any] = {"fulfillmentResponse": {"messages": messages, "mergeBehavior": merge}}
    flow = _FLOW.match(turn.address)
    if reply.end_session and flow:
        response["targetPage"] = f"{flow.group()}/pages/END_SESSION"
    return response
