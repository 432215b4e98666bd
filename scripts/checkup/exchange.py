"""One HTTP request as Dialogflow makes it: no redirect is followed, and what goes wrong is said in words."""

import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import httpx2

from scripts.dialogflow.silence import trouble_of

_PATIENCE_S = 10.0
_MOST_BYTES = 256 * 1024


class Unreachable(Exception):
    """There was no answer. The message says why; `fix` what to do."""

    def __init__(self, reason: str, fix: str) -> None:
        """Say both in words for people."""
        super().__init__(reason)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, at most 256 KiB of it; `headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = field(compare=False)


def ask(method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    """Return the answer, whatever its status. Raises Unreachable when none comes, or none within 10 s of silence."""
    trusted = _trusted()
    began = time.monotonic()
    try:
        with (
            httpx2.Client(timeout=_PATIENCE_S, follow_redirects=False, verify=trusted) as client,
            client.stream(method, url, headers=_encoded(headers or {}), content=body) as response,
        ):
            content = b"".join(_bounded(response.iter_bytes()))
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, names, content, time.monotonic() - began)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
        trouble = trouble_of(error, url)
        raise Unreachable(trouble.message, trouble.fix) from error


def _encoded(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """Return headers as bytes: a secret may hold any character."""
    return {name.encode(): value.encode() for name, value in headers.items()}


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted, read once: reading them would count as the server's time."""
    return httpx2.create_ssl_context()


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = _MOST_BYTES
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
