"""The way to one webhook: its address, what proves who calls, and one conversation that is forgotten afterwards."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from scripts.checkup.exchange import Answer, ask
from scripts.checkup.turns import Json


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is sent to prove who is calling: a user name and a password, or a header, or nothing."""

    auth: tuple[str, str] | None
    headers: Mapping[str, str]

    @property
    def are_there(self) -> bool:
        """Whether there is anything to send."""
        return self.auth is not None or bool(self.headers)


def credentials_of(environment: Mapping[str, str]) -> Credentials:
    """Return what the settings say that a caller sends. An ID token is Dialogflow's alone."""
    name, password = environment.get("WEBHOOK_USERNAME"), environment.get("WEBHOOK_PASSWORD")
    if name and password:
        return Credentials((name, password), {})
    value = environment.get("WEBHOOK_HEADER_VALUE")
    return Credentials(None, {environment.get("WEBHOOK_HEADER_NAME", "X-Webhook-Secret"): value} if value else {})


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one webhook, as one conversation. All methods raise Unreachable."""

    url: str
    session: str
    credentials: Credentials

    def post(self, body: Json, *, is_stranger: bool = False) -> Answer:
        """Send a request, with the credentials unless it is a stranger's."""
        given = Credentials(None, {}) if is_stranger else self.credentials
        headers = {"Content-Type": "application/json", **given.headers}
        return ask("POST", self.url, headers, json.dumps(body).encode(), given.auth)

    def get(self, path: str) -> Answer:
        """Ask the same server for something that is open to everybody."""
        return ask("GET", base_of(self.url) + path)

    def forget(self) -> None:
        """Ask the server to forget this conversation."""
        url = f"{base_of(self.url)}/sessions/{self.session}"
        ask("DELETE", url, self.credentials.headers, b"", self.credentials.auth)


def base_of(url: str) -> str:
    """Return a webhook's address without /webhook."""
    return re.sub(r"/webhook/?$", "", url).rstrip("/")


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address is that of the machine that asks."""
    return host in {"localhost", "::1"} or host.startswith("127.")
