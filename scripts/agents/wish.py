"""What an agent should be: which webhook, how it proves who it is, whose words it has."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.core.languages import best_language
from app.core.persona import ANY_LANGUAGE, Persona, Words
from app.settings import CX_LIMIT_S, Settings
from scripts.agents.clients import Kind

_URL = re.compile(r"https://[^/@\s\[\]]+/(?:[^\s?#]+/)?webhook(?:\?\S*)?")
_PRIVATE = (".internal", ".local", ".localhost")  # the first is Railway's own, between services
_MARGIN_S = 0.5  # the server answers this long before Dialogflow gives up


class BadWish(Exception):
    """The command was given, or the settings hold, what no agent can be set to; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Basic:
    """A user name and a password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Header:
    """A header with a secret value."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdToken:
    """A token that Google signs for Dialogflow's service agent."""


Credentials = Basic | Header | IdToken


@dataclass(frozen=True, slots=True)
class Wish:
    """The desired agent. `timeout_s` is what CX waits for an answer; ES waits 5 s, whatever is wished.

    `default_persona` is who the server lets answer where the request names nobody, as with ES.
    """

    url: str
    credentials: Credentials
    persona: Persona
    default_persona: str
    timeout_s: float

    def own_lines(self, words: Words | None, language: str) -> tuple[str, ...]:
        """Return the persona's lines in a language, none where it has only those of another one."""
        home = self.persona.default_language
        offered = {home if code == ANY_LANGUAGE else code: lines for code, lines in (words or {}).items()}
        found = best_language(language, offered)
        return () if found is None else tuple(offered[found])


def make_wish(kind: Kind, url: str | None, persona: Persona, settings: Settings) -> Wish:
    """Return what an agent must be for the server that runs with these settings. Raises BadWish."""
    url = url or settings.public_webhook_url
    if not url:
        raise BadWish("give --webhook-url https://YOUR-HOST/webhook, or set WEBHOOK_URL")
    if not _URL.fullmatch(url):
        raise BadWish("the URL must look like https://YOUR-HOST/webhook: Dialogflow calls nothing but https")
    host = urlsplit(url).hostname or ""
    if not _is_public(host):
        raise BadWish(f"Google's servers call the webhook, and cannot reach {host}; give its public name")
    timeout_s = min(settings.cx_deadline_s + _MARGIN_S, CX_LIMIT_S)
    return Wish(url, _credentials(kind, settings), persona, settings.default_persona, timeout_s)


def _is_public(host: str) -> bool:
    """Return whether a host may be known to everybody; YOUR-HOST, pasted as it stands, is not."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_PRIVATE)


def _credentials(kind: Kind, settings: Settings) -> Credentials:
    """Return one of the ways that the server takes: for CX rather a token, where no secret is kept in the agent."""
    ways = [*_secrets(settings)]
    if settings.webhook_id_token_email:
        ways.insert(0 if kind == "cx" else len(ways), IdToken())
    if not ways:
        raise BadWish(
            "anybody could call the webhook: set WEBHOOK_USERNAME and WEBHOOK_PASSWORD (or WEBHOOK_HEADER_VALUE, or "
            "WEBHOOK_ID_TOKEN_EMAIL) in .env, the same as on the server"
        )
    return ways[0]


def _secrets(settings: Settings) -> tuple[Credentials, ...]:
    ways: list[Credentials] = []
    if settings.webhook_username and settings.webhook_password:
        ways.append(Basic(settings.webhook_username, settings.webhook_password.get_secret_value()))
    if settings.webhook_header_value:
        ways.append(Header(settings.webhook_header_name, settings.webhook_header_value.get_secret_value()))
    return tuple(ways)
