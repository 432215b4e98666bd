"""What each integration adds to an ES request: originalDetectIntentRequest, its context, its name for a welcome.

The shapes are those of recorded requests; ids and names are made up. ("Webhook service", "Telephony", read
2026-11; platform events: "Events", read 2026-11.)
"""

from collections.abc import Mapping
from types import MappingProxyType

from scripts.dialogflow.types import Json, Origin, Setting

PLATFORMS: Mapping[Origin, str] = MappingProxyType(
    {"facebook": "FACEBOOK", "telegram": "TELEGRAM", "slack": "SLACK", "google": "ACTIONS_ON_GOOGLE"}
)
"""The platforms of response messages; elsewhere only messages without a platform are shown."""

_USER = "1000000000000001"
_SENT_AT = 1_700_000_000
_WELCOMES: Mapping[Origin, str] = {
    "facebook": "FACEBOOK_WELCOME",
    "telegram": "TELEGRAM_WELCOME",
    "slack": "SLACK_WELCOME",
    "telephony": "TELEPHONY_WELCOME",
    "google": "GOOGLE_ASSISTANT_WELCOME",
}


def event_name(event: str, origin: Origin) -> str:
    """Return an event as the integration calls it: most have a welcome of their own."""
    return _WELCOMES.get(origin, event) if event == "WELCOME" else event


def session_prefix(origin: Origin) -> str:
    """Return how the integration begins its session ids; Dialogflow Messenger is known by nothing else."""
    return "dfMessenger-" if origin == "messenger" else ""


def original_request(setting: Setting, text: str) -> Json:
    """Return originalDetectIntentRequest for words (or the event's name) that come over the setting's origin."""
    match setting.origin:
        case "console":
            return {"source": "DIALOGFLOW_CONSOLE", "payload": {}}
        case "facebook":
            return _with_data("facebook", _facebook(text))
        case "telegram":
            return _with_data("telegram", _telegram(text, setting.language))
        case "slack":
            return _with_data("slack", _slack(text))
        case "telephony":
            return {"source": "GOOGLE_TELEPHONY", "payload": {"telephony": {"caller_id": setting.caller}}}
        case "google":
            return {"source": "google", "version": "2", "payload": _google(setting, text)}
        case _:
            return {"payload": {}}


def context_parameters(setting: Setting) -> tuple[str, Json] | None:
    """Return the context that the integration keeps active, as (name, parameters)."""
    match setting.origin:
        case "facebook":
            return "generic", {"facebook_sender_id": _USER}
        case "telegram":
            return "generic", {"telegram_chat_id": _USER}
        case "slack":
            return "generic", {"slack_user_id": "U0000001", "slack_channel": "D0000001"}
        case "telephony":
            return "telephony-caller-id", {"telephony-caller-id": setting.caller}
        case _:
            return None


def _with_data(source: str, data: Json) -> Json:
    return {"source": source, "payload": {"source": source, "data": data}}


def _facebook(text: str) -> Json:
    return {
        "sender": {"id": _USER},
        "recipient": {"id": "2000000000000002"},
        "message": {"mid": "m_made-up", "text": text},
        "timestamp": _SENT_AT * 1_000,
    }


def _telegram(text: str, language: str) -> Json:
    person = {"id": _USER, "first_name": "Sam", "language_code": language}
    message = {"message_id": 7, "from": person, "chat": {"id": _USER, "type": "private"}, "date": _SENT_AT}
    return {"update_id": 7, "message": {**message, "text": text}}


def _slack(text: str) -> Json:
    event = {"type": "message", "channel_type": "im", "channel": "D0000001", "user": "U0000001", "text": text}
    return {"type": "event_callback", "team_id": "T0000001", "event_id": "Ev0000001", "event": event}


def _google(setting: Setting, text: str) -> Json:
    return {
        "conversation": {"conversationId": setting.session, "type": "ACTIVE"},
        "inputs": [{"intent": "actions.intent.TEXT", "rawInputs": [{"query": text, "inputType": "VOICE"}]}],
        "user": {"locale": setting.language},
        "surface": {"capabilities": [{"name": "actions.capability.AUDIO_OUTPUT"}]},
    }
