"""Would Dialogflow take this answer? Size, JSON, and Google's own message types as the judge.

An answer with one unknown field or one wrong type is refused whole ("WebhookResponse", read 2026-11), so all of them
are named at once.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from scripts.dataset.types import Finding
from scripts.dialogflow.types import MAX_ANSWER_BYTES, Json, Received

_FREE = ("google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.Any")
_STATUS_FIXES = {
    301: "give the URL that it redirects to; Dialogflow posts to one address",
    302: "give the URL that it redirects to; Dialogflow posts to one address",
    308: "give the URL that it redirects to; Dialogflow posts to one address",
    400: "read the answer's own words: the webhook did not understand Dialogflow's request",
    401: "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD (or the header) here to what the webhook is started with",
    403: "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD (or the header) here to what the webhook is started with",
    404: "check the path of the URL; this project's webhook is at /webhook; scripts.doctor says who answers there",
    405: "check the path of the URL; the webhook must accept POST",
    413: "raise the limit of the server, or of the proxy before it; requests may have some 100 KB",
    429: "raise the limit on requests, or send fewer at a time",
}
_SERVER_FIX = "look into the webhook's log for what broke"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer in Google's own spelling, None when it is refused, and why."""

    answer: Json | None
    findings: tuple[Finding, ...] = ()


def judge(received: Received, channel: Literal["es", "cx"]) -> Judgement:
    """Return what Dialogflow would make of an answer that came in time."""
    refused = _status(received) or _size(received)
    if refused:
        return Judgement(None, (refused,))
    try:
        document = json.loads(received.body)
    except (ValueError, RecursionError):
        return Judgement(None, (_not_json(received),))
    if not isinstance(document, dict):
        return Judgement(None, (_error("not_an_object", "", f"the answer is JSON, but {_kind(document)}", _OBJECT),))
    return _typed(document, channel)


_OBJECT = 'answer with one JSON object, as in {"fulfillmentText": "..."}'


def _status(received: Received) -> Finding | None:
    if received.status == 200:
        return None
    fix = _SERVER_FIX if received.status >= 500 else _STATUS_FIXES.get(received.status, "answer with status 200")
    return _error(f"http_{received.status}", "", f"the webhook answered with HTTP {received.status}, not 200", fix)


def _size(received: Received) -> Finding | None:
    if len(received.body) <= MAX_ANSWER_BYTES:
        return None
    message = f"the answer is longer than {MAX_ANSWER_BYTES:,} bytes (64 KiB), the most that Dialogflow takes"
    return _error("too_large", "", message, "send fewer or shorter messages")


def _not_json(received: Received) -> Finding:
    if not received.body.strip():
        return _error("empty_body", "", "the webhook answered 200 with nothing in it", "answer with a JSON object")
    is_page = received.body.lstrip()[:1] == b"<"
    what = "a web page" if is_page else "something that is no JSON"
    fix = "check that the URL is the webhook's and not a page's" if is_page else "answer with a JSON object in UTF-8"
    return _error("not_json", "", f"the webhook answered with {what} ({received.content_type or 'no type'})", fix)


def _typed(document: Json, channel: Literal["es", "cx"]) -> Judgement:
    message = google_type(channel)()
    found = tuple(_misfits(document, cast("Descriptor", message.DESCRIPTOR), ""))
    try:
        json_format.ParseDict(document, message, ignore_unknown_fields=bool(found))
    except (json_format.ParseError, RecursionError) as error:
        said = str(error).replace("Failed to parse ", "").split("\n")[0].rstrip(". ")
        wrong = _error("wrong_type", "", f"Dialogflow cannot read the answer: {said}", _TYPES)
        is_named = any(finding.check == "wrong_type" for finding in found)
        return Judgement(None, found if is_named else (*found, wrong))
    return Judgement(None if found else json_format.MessageToDict(message), found)


_TYPES = 'compare with Google\'s reference of WebhookResponse: a text, for one, is {"text": {"text": ["..."]}}'


def _misfits(document: Json, shape: Descriptor, path: str) -> Iterator[Finding]:
    """Yield a finding for each field, however deep, that Google's type does not have or has with another type.

    Google's own parser has the last word; this one says it for people, and all at once.
    """
    fields = {name: field for field in shape.fields for name in (field.json_name, field.name)}
    for name, value in document.items():
        where = f"{path}{name}"
        if name not in fields:
            yield _unknown_field(where, shape)
        elif value is not None:
            yield from _misfits_of(fields[name], value, where)


def _misfits_of(field: FieldDescriptor, value: object, where: str) -> Iterator[Finding]:
    """Yield the misfits of one field that Google's type has."""
    inner = field.message_type
    if inner is not None and _is_free(inner):
        return
    if field.is_repeated != isinstance(value, list):
        yield _wrong_type(where, "a list" if field.is_repeated else _expected(field), value)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _misfits_of_one(field, item, f"{where}[{number}]")
    else:
        yield from _misfits_of_one(field, value, where)


def _misfits_of_one(field: FieldDescriptor, value: object, where: str) -> Iterator[Finding]:
    """Yield the misfits of a single value: an object is looked into, a text must be one."""
    inner = field.message_type
    if inner is not None and isinstance(value, dict):
        yield from _misfits(value, inner, f"{where}.")
    elif (inner is not None and not _is_known_type(inner)) or (
        field.type == FieldDescriptor.TYPE_STRING and not isinstance(value, str)
    ):
        yield _wrong_type(where, _expected(field), value)


def _expected(field: FieldDescriptor) -> str:
    if field.message_type is not None:
        return "an object"
    return "a text" if field.type == FieldDescriptor.TYPE_STRING else "a single value"


def _is_known_type(shape: Descriptor) -> bool:
    """Return whether JSON has a form of its own for this shape, such as "3s" for a Duration."""
    return shape.full_name.startswith("google.protobuf.")


def _is_free(shape: Descriptor) -> bool:
    """Return whether names in a message of this shape are the webhook's own: maps, and any JSON."""
    return shape.full_name in _FREE or bool(shape.GetOptions().map_entry)


def _wrong_type(where: str, expected: str, value: object) -> Finding:
    message = f'"{where}" must be {expected}, and is {_kind(value)}; Dialogflow refuses the whole answer for it'
    return _error("wrong_type", where, message, _TYPES)


def _unknown_field(where: str, shape: Descriptor) -> Finding:
    known = ", ".join(sorted(field.json_name for field in shape.fields))
    message = f'Dialogflow does not know the field "{where}" and refuses the whole answer for it'
    return _error("unknown_field", where, message, f"leave it out; known there: {known}")


@cache
def google_type(channel: Literal["es", "cx"]) -> type[Message]:
    """Return Google's own WebhookResponse. The first time takes a second or more: ask before a clock is running."""
    if channel == "es":
        from google.cloud.dialogflow_v2.types import WebhookResponse as EsResponse

        return _generated(EsResponse)
    from google.cloud.dialogflowcx_v3.types import WebhookResponse as CxResponse

    return _generated(CxResponse)


def _generated(wrapper: Any) -> type[Message]:
    generated: type[Message] = wrapper.pb()
    return generated


def _kind(document: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "yes or no", int: "a number", float: "a number"}
    return names.get(type(document), "null")


def _error(check: str, where: str, message: str, fix: str) -> Finding:
    return Finding("error", check, where, message, fix)
