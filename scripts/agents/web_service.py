"""The web service that an agent calls: URL and credentials, which ES and CX hold in much the same way."""

from collections.abc import Iterator, MutableMapping
from typing import Protocol

from scripts.agents.plan import NONE, Row
from scripts.agents.webhook_view import shown_url
from scripts.agents.wish import Basic, Header, Wish

_OURS = "as in .env"
_OTHER = "another one"


class WebService(Protocol):
    """What dialogflow_v2's and dialogflowcx_v3's GenericWebService have in common."""

    uri: str
    username: str
    password: str
    request_headers: MutableMapping[str, str]


def point(service: WebService, wish: Wish, target: str) -> Iterator[Row]:
    """Make a service lead to the webhook with its credentials, and yield what that changes.

    Other headers stay. A password stays only where it does no harm: beside a token it would be sent in its place.
    """
    if service.uri != wish.url:
        yield Row(target, "URL", shown_url(service.uri) or NONE, wish.url)
        service.uri = wish.url
    match wish.credentials:
        case Basic():
            yield from _basic(service, wish.credentials, target)
        case Header():
            yield from _header(service, wish.credentials, target)
        case _:
            yield from _no_password(service, target)


def _basic(service: WebService, wanted: Basic, target: str) -> Iterator[Row]:
    is_same_user = service.username == wanted.username
    if not is_same_user:
        yield Row(target, "user name", service.username or NONE, wanted.username)
    is_hidden = is_same_user and not service.password  # Google may keep it to itself: then it is there, and unknown
    if service.password != wanted.password and not is_hidden:
        yield Row(target, "password", _OTHER if service.password else NONE, _OURS)
    service.username, service.password = wanted.username, wanted.password


def _header(service: WebService, wanted: Header, target: str) -> Iterator[Row]:
    same = [name for name in service.request_headers if name.lower() == wanted.name.lower()]
    if [service.request_headers[name] for name in same] != [wanted.value]:
        yield Row(target, f"header {wanted.name}", _OTHER if same else NONE, _OURS)
        for name in same:
            del service.request_headers[name]
        service.request_headers[wanted.name] = wanted.value


def _no_password(service: WebService, target: str) -> Iterator[Row]:
    if service.username or service.password:
        yield Row(target, "user name and password", "set", f"{NONE}, so that Google's token is sent")
        service.username = service.password = ""
