"""How an agent calls a webhook, in words that fit ES and CX, without any secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

Credential = Literal["basic", "header", "id_token", "access_token", "oauth"]


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook as an agent has it.

    `url` is empty when there is none. `credentials` are the ways it proves who it is, none at all when empty.
    `timeout_s` is None for ES, which gives up at 5 s.
    """

    url: str
    is_enabled: bool
    credentials: tuple[Credential, ...]
    timeout_s: float | None


def credentials_of(username: str, headers: Iterable[str]) -> tuple[Credential, ...]:
    """Return the ways that both channels have: a user name with password, headers."""
    found: list[Credential] = []
    if username or any(name.lower() == "authorization" for name in headers):
        found.append("basic")
    if any(name.lower() != "authorization" for name in headers):
        found.append("header")
    return tuple(found)


def shown_url(url: str) -> str:
    """Return a URL without user name and password, which must never be shown; the rest as it is."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
