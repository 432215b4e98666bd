"""One call to a webhook, as Dialogflow makes it: a POST that is over at the deadline, connecting and all.

The deadline is a promise, not a hint to the socket: a webhook that sends a byte a second meets it too.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from scripts.dataset.types import Finding
from scripts.dialogflow.silence import trouble_of
from scripts.dialogflow.types import MAX_ANSWER_BYTES, Failed, Received

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_USER_AGENT = "Google-Dialogflow"


class BadAddress(ValueError):
    """The URL is none that Dialogflow could call; the message says why."""


class Wire:
    """The way to one webhook. Connections are kept for a few seconds between calls, and shared by all sessions."""

    def __init__(self, client: httpx2.AsyncClient, url: str, limit_s: float) -> None:
        """Call `url` with what the client carries; give up `limit_s` seconds after the begin of each call."""
        self._client = client
        self._url = url
        self._limit_s = limit_s

    async def post(self, body: bytes) -> Received | Failed:
        """Return what came back in time, at most one byte more than the limit of 64 KiB, or why nothing did."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._exchange(body, began)
        except TimeoutError:
            return Failed(_late(self._limit_s), time.monotonic() - began, is_transient=True)
        except (httpx2.HTTPError, OSError) as error:
            return Failed(_broken(error, self._url), time.monotonic() - began, is_transient=True)

    async def _exchange(self, body: bytes, began: float) -> Received:
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        async with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > MAX_ANSWER_BYTES:
                    break
            kind = response.headers.get("Content-Type", "")
            content = content[: MAX_ANSWER_BYTES + 1]
            return Received(response.status_code, kind, bytes(content), time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the agent is told of its webhook: where it is, the headers that prove who calls, how long it may take."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    limit_s: float


@asynccontextmanager
async def open_wire(webhook: Webhook, connections: int = 1) -> AsyncIterator[Wire]:
    """Give a wire to a webhook. Raises BadAddress for a URL that Dialogflow could not call."""
    url = webhook.url
    check_address(url)
    async with httpx2.AsyncClient(
        headers={"User-Agent": _USER_AGENT, **webhook.headers},
        timeout=None,  # the whole call is bounded in post()
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
        trust_env=not _is_local(url),  # a proxy of the network at work knows nothing of this machine
    ) as client:
        yield Wire(client, url, webhook.limit_s)


def check_address(url: str) -> None:
    """Raise BadAddress unless Dialogflow could call the URL, or it is one of this machine: http is only for those."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port above 65535
        is_one = False
    if not is_one:
        raise BadAddress(f'"{url}" is no address; give one such as http://127.0.0.1:8080/webhook')
    if "@" in parts.netloc:
        raise BadAddress("the address holds credentials; take them out, WEBHOOK_USERNAME and WEBHOOK_PASSWORD count")
    if parts.scheme == "http" and not _is_local(url):
        raise BadAddress(f"{url}: Dialogflow calls https only, and credentials would go unprotected; begin with https")


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in _LOCAL


def _late(limit_s: float) -> Finding:
    message = f"no whole answer within {limit_s:g} s, where Dialogflow gives up (DEADLINE_EXCEEDED)"
    fix = "lower ES_DEADLINE_S or CX_DEADLINE_S, use a faster model, and open /readyz to see whether the model answers"
    return Finding("error", "timeout", "", message, fix)


def _broken(error: Exception, url: str) -> Finding:
    trouble = trouble_of(error, url)
    return Finding("error", trouble.check, "", trouble.message, trouble.fix)
