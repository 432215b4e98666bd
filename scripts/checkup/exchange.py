"""One HTTP request as Dialogflow makes it: no redirect is followed, and what goes wrong is said in words."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

import httpx2

_PATIENCE_S = 10.0
_MOST_BYTES = 256 * 1024
_REASONS: tuple[tuple[type[Exception], str, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "the certificate of {host} is not accepted: {why}",
        "Dialogflow refuses it too: use a host with a valid certificate, such as Railway's",
    ),
    (ssl.SSLError, "{host} does not speak TLS on that port", "write the port that serves https, or none"),
    (socket.gaierror, "the name {host} is not known to DNS", "is it spelled as Railway shows it?"),
    (ConnectionRefusedError, "nothing listens at {place}", "start the server, or correct the address"),
    (httpx2.TimeoutException, "{host} says nothing for {seconds} s", "is the server awake? Look at its log"),
)


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
        raise _in_words(error, url) from error


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


def _in_words(error: Exception, url: str) -> Unreachable:
    host = urlsplit(url).hostname or ""
    for cause in _causes(error):
        for kind, said, fix in _REASONS:
            if isinstance(cause, kind):
                why = str(getattr(cause, "verify_message", "")).rstrip(".")
                return Unreachable(said.format(host=host, place=_place(url), seconds=f"{_PATIENCE_S:g}", why=why), fix)
    return Unreachable(f"the exchange with {host} broke off ({type(error).__name__})", "look at the server's log")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from, the first cause first: it says most."""
    if error is not None:
        yield from _causes(error.__cause__ or error.__context__)
        yield error


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
