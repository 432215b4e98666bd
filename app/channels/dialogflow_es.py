"""Dialogflow ES, API v2: WebhookRequest in, WebhookResponse out ("Webhook service", read 2026-11).

We emit only fields that v2 knows: one unknown field makes Dialogflow refuse the whole answer.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.channels.wire import (
    has,
    is_bare_greeting,
    read_count,
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
from app.core.errors import BadRequest
from app.core.text import speakable
from app.core.types import Reply, Turn, TurnKind

NAME = "dialogflow_es"
# With one of these, ES is asked to call again at once; the agent needs an intent with a webhook call for each.
# Chains of up to 3 are what people have seen to work, about 15 s in all; Google documents none (read 2026-11).
FOLLOW_UP_EVENTS = ("WEBHOOK_FOLLOW_UP_1", "WEBHOOK_FOLLOW_UP_2", "WEBHOOK_FOLLOW_UP_3")

# The integrations whose quick replies ES translates, by the source they send ("Integrations", read 2026-11).
_PLATFORMS = {
    "facebook": "FACEBOOK",
    "kik": "KIK",
    "line": "LINE",
    "skype": "SKYPE",
    "slack": "SLACK",
    "telegram": "TELEGRAM",
    "viber": "VIBER",
}
_VOICE = re.compile(r"telephony|google$|assistant|alexa|audiocodes|avaya|genesys|signalwire|voximplant|phone|voice")

_WELCOME_NAMES = {"default welcome intent", "input.welcome"}
_GOODBYE_EVENT = re.compile(r"actions_intent_(?:cancel|no_input_final)|.*(?:goodbye|conversation_end).*", re.IGNORECASE)
_EVENT_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|actions_intent_[A-Z_]+|WELCOME")


def claims(body: Mapping[str, Any]) -> bool:
    """Return whether this is an ES v2 request: only those have queryResult."""
    return has(body, "queryResult")


def parse(body: Mapping[str, Any]) -> Turn:
    """Return the turn of a v2 WebhookRequest. Raises BadRequest when queryResult is no object.

    originalDetectIntentRequest.payload holds tokens and ids of the user: only its `source`, whether it is a
    health check, and the country of a caller's number are ever looked at.
    """
    query = read_object(body, "queryResult")
    if not query:
        raise BadRequest("queryResult must be an object with the matched query")
    original = read_object(body, "originalDetectIntentRequest")
    path = read_session_path(body, "session")
    text = read_words(query, "queryText")
    origin = _origin(original, path)
    event = _event(query, text)
    return Turn(
        channel=NAME,
        kind=_kind(query, original, text, event),
        text=text,
        session=session_id(path),
        address=path,
        language=read_name(query, "languageCode"),
        origin=origin,
        is_voice=_VOICE.search(origin) is not None,
        phone_prefix=read_phone_prefix(read_object(original, "payload")),
        intent=read_name(read_object(query, "intent"), "displayName"),
        event=event,
        persona=read_name(read_object(query, "parameters"), "persona"),
        prompt=read_words(query, "fulfillmentText") or read_texts(query, "fulfillmentMessages"),
        id=read_name(body, "responseId"),
        follow_up=FOLLOW_UP_EVENTS.index(event) + 1 if event in FOLLOW_UP_EVENTS else 0,
        parameters=read_object(query, "parameters"),
    )


def _origin(original: Mapping[str, Any], path: str) -> str:
    source = read_name(original, "source") or read_name(read_object(original, "payload"), "source")
    if not source and session_id(path).startswith("dfMessenger-"):
        source = "dialogflow_messenger"
    return source.lower() or "unknown"


def _event(query: Mapping[str, Any], text: str) -> str:
    """Return the event's name: v2 sends it as queryText and adds a context of that name, in lower case.

    The event's context ends with the turn. One that lives on is the agent's own, and a user may well say its name.
    The shape of a name counts only where an intent was found for it: nobody makes an intent for COVID_19 by accident.
    """
    contexts = {
        read_name(context, "name").rpartition("/contexts/")[2]
        for context in read_objects(query, "outputContexts")
        if read_count(context, "lifespanCount") == 0
    }
    has_shape = _EVENT_NAME.fullmatch(text) and not _is_fallback(query)
    is_event = text in FOLLOW_UP_EVENTS or has_shape or (" " not in text and text.lower() in contexts)
    return text if text and is_event else ""


def _is_fallback(query: Mapping[str, Any]) -> bool:
    intent = read_object(query, "intent")
    return read_flag(intent, "isFallback", default=False) or read_name(query, "action") == "input.unknown"


def _kind(query: Mapping[str, Any], original: Mapping[str, Any], text: str, event: str) -> TurnKind:
    if _is_health_check(original):
        return "health_check"
    if not read_flag(query, "allRequiredParamsPresent", default=True):
        return "slot_filling"
    if _is_welcome(query, text, event):
        return "welcome"
    if event in FOLLOW_UP_EVENTS:
        return "follow_up"
    if event:
        return "goodbye" if _GOODBYE_EVENT.fullmatch(event) else "event"
    return "text" if text else "empty"


def _is_welcome(query: Mapping[str, Any], text: str, event: str) -> bool:
    names = {read_name(query, "action").lower(), read_name(read_object(query, "intent"), "displayName").lower()}
    if event:
        return "WELCOME" in event.upper() or bool(names & _WELCOME_NAMES)
    return bool(names & _WELCOME_NAMES) and is_bare_greeting(text)


def _is_health_check(original: Mapping[str, Any]) -> bool:
    inputs = read_objects(read_object(original, "payload"), "inputs")
    arguments = (argument for item in inputs for argument in read_objects(item, "arguments"))
    return any(argument.get("name") == "is_health_check" for argument in arguments)


def render(turn: Turn, reply: Reply) -> dict[str, Any]:
    """Return a v2 WebhookResponse: the text twice, as old and new clients read it, then suggestions where they show.

    `source` says whether the model or a rule spoke: ES hands it on to callers of its API, and to nobody else.
    We set no contexts, so none is returned: a returned context overwrites the agent's own.
    """
    text = speakable(reply.text) if turn.is_voice else reply.text
    response: dict[str, Any] = {
        "source": reply.source,
        "fulfillmentText": text,
        "fulfillmentMessages": [{"text": {"text": [text]}}, *_suggestions(turn, text, reply)],
    }
    if reply.follow_up:  # what stands beside it is ignored; languageCode is required and ignored
        name = FOLLOW_UP_EVENTS[reply.follow_up - 1]
        response["followupEventInput"] = {"name": name, "languageCode": turn.language or "en"}
    if reply.end_session and turn.origin == "google":
        response["payload"] = {"google": {"expectUserResponse": False}}
    return response


def _suggestions(turn: Turn, text: str, reply: Reply) -> list[dict[str, Any]]:
    if not reply.suggestions or turn.is_voice:
        return []
    if turn.origin in {"dialogflow_messenger", "df_messenger"}:
        options = [{"text": suggestion} for suggestion in reply.suggestions]
        return [{"payload": {"richContent": [[{"type": "chips", "options": options}]]}}]
    platform = _PLATFORMS.get(re.split(r"[^a-z]", turn.origin)[0])  # "slack_testbot" is Slack
    if platform is None:
        return []
    # On a platform with messages of its own the default text is not shown: the title carries it.
    return [{"quickReplies": {"title": text, "quickReplies": list(reply.suggestions)}, "platform": platform}]
