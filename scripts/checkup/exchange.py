"""One HTTP request as Dialogflow makes it: no redirect is followed, and what goes wrong is said in words."""

import re
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
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


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


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    auth: tuple[str, str] | None = None,
) -> Answer:
    """Return the answer, whatever its status. Raises Unreachable when none comes, or none within 10 s of silence."""
    trusted = _trusted()
    began = time.monotonic()
    try:
        with (
            httpx2.Client(timeout=_PATIENCE_S, follow_redirects=False, verify=trusted) as client,
            client.stream(method, url, headers=dict(headers or {}), content=body, auth=auth) as response,
        ):
            content = b"".join(_bounded(response.iter_bytes()))
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, names, content, time.monotonic() - began)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
        raise _in_words(error, url) from error


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that are trusted, read once: reading them would count as the server's time."""
    return httpx2.create_ssl_context()


def base_of(url: str) -> str:
    """Return a webhook's address without /webhook."""
    return re.sub(r"/webhook/?$", "", url).rstrip("/")


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = _MOST_BYTES
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _in_words(error: Exception, url: str) -> Unreachable:
    host, causes = urlsplit(url).hostname or "", list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            said = f"the certificate of {host} is not accepted: {cause.verify_message.rstrip('.')}"
            return Unreachable(
                said, "Dialogflow refuses it too: use a host with a valid certificate, such as Railway's"
            )
        if isinstance(cause, ssl.SSLError):
            return Unreachable(f"{host} does not speak TLS on that port", "write the port that serves https, or none")
        if isinstance(cause, socket.gaierror):
            return Unreachable(f"the name {host} is not known to DNS", "is it spelled as Railway shows it?")
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(f"nothing listens at {_place(url)}", "start the server, or correct the address")
        if isinstance(cause, httpx2.TimeoutException):
            return Unreachable(f"{host} says nothing for {_PATIENCE_S:.0f} s", "is the server awake? Look at its log")
    return Unreachable(f"the exchange with {host} broke off ({type(error).__name__})", "look at the server's log")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from, the first cause first: it says most."""
    if error is not None:
        yield from _causes(error.__cause__ or error.__context__)
        yield error


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def strangeness(answer: Answer) -> tuple[str, str] | None:
    """Return what an answer is that no webhook of ours gives, and what to do; None when it may be ours."""
    page = answer.body[:20_000].decode(errors="replace").lower()
    if answer.status in _REDIRECTS:
        place = answer.headers.get("location", "")
        return f"it redirects ({answer.status}) to {_shown(place)}, which Dialogflow does not follow", _to_there(place)
    if "application not found" in page or "train has not arrived" in page:
        return "Railway knows no service at this address", "compare it with Settings, Networking of the service"
    if "failed to respond" in page or "application is not responding" in page:
        fix = "read the service's deploy log: the start fails, or HOST keeps Railway out"
        return f"Railway reaches no program behind this address ({answer.status})", fix
    if answer.headers.get("content-type", "").startswith("text/html") or page.lstrip().startswith(
        ("<!doctype", "<html")
    ):
        return (
            f"an HTML page came back ({answer.status}), not the webhook's JSON",
            "is this the address of the webhook?",
        )
    return None


def _to_there(place: str) -> str:
    return f"use {_shown(place)} as the address, here and in the agent"


def _shown(place: str) -> str:
    """Return an address without what may be secret in it."""
    parts = urlsplit(place)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else (parts.path or "nowhere")
