"""The way to one webhook: its address, what proves who calls, and one conversation that is forgotten afterwards."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.checkup.exchange import Answer, ask
from scripts.dialogflow.types import Json


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one webhook, as one conversation. `headers` prove who calls. All methods raise Unreachable."""

    url: str
    session: str
    headers: Mapping[str, str] = field(repr=False)

    def post(self, body: Json, *, is_stranger: bool = False) -> Answer:
        """Send a request, with the credentials unless it is a stranger's."""
        given = {} if is_stranger else self.headers
        return ask("POST", self.url, {"Content-Type": "application/json", **given}, json.dumps(body).encode())

    def get(self, path: str) -> Answer:
        """Ask the same server for something that is open to everybody."""
        return ask("GET", base_of(self.url) + path)

    def forget(self) -> None:
        """Ask the server to forget this conversation."""
        ask("DELETE", f"{base_of(self.url)}/sessions/{self.session}", self.headers)


def base_of(url: str) -> str:
    """Return a webhook's address without /webhook."""
    return re.sub(r"/webhook/?$", "", url).rstrip("/")
