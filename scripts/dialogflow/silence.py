"""Why no answer came: a port where nothing listens, a certificate, a name that is not known. In words for people."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was in the way: its name, the words for it, what to do."""

    check: str
    message: str
    fix: str


_START = "start the server, or correct the address"
_KNOWN: tuple[tuple[type[Exception], Trouble], ...] = (
    (
        ssl.SSLCertVerificationError,
        Trouble(
            "certificate",
            "the certificate of {host} is not accepted: {why}",
            "Dialogflow refuses it too: use a host with a valid certificate, such as Railway's",
        ),
    ),
    (
        ssl.SSLError,
        Trouble("tls", "{host} does not speak TLS on that port", "write the port that serves https, or none"),
    ),
    (
        socket.gaierror,
        Trouble("unknown_host", "the name {host} is not known to DNS", "is it spelled as Railway shows it?"),
    ),
    (ConnectionRefusedError, Trouble("unreachable", "nothing listens at {place}", _START)),
    (
        httpx2.TimeoutException,
        Trouble("timeout", "{host} says nothing for a long time", "is it awake? Look at its log"),
    ),
    (httpx2.ConnectError, Trouble("unreachable", "{place} cannot be reached", _START)),
)
_OTHER = Trouble(
    "broken_off",
    "the exchange with {host} broke off ({kind})",
    "look into the webhook's log: did its process end in the turn?",
)


def trouble_of(error: Exception, url: str) -> Trouble:
    """Return what an error of httpx2 means for a call to a URL: the deepest cause that is known says most."""
    for cause in _causes(error):
        for kind, trouble in _KNOWN:
            if isinstance(cause, kind):
                return _about(trouble, url, cause)
    return _about(_OTHER, url, error)


def _about(trouble: Trouble, url: str, error: BaseException) -> Trouble:
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    why = str(getattr(error, "verify_message", "")).rstrip(".")
    message = trouble.message.format(host=parts.hostname or "", place=place, why=why, kind=type(error).__name__)
    return Trouble(trouble.check, message, trouble.fix)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from, the first cause first."""
    if error is not None:
        yield from _causes(error.__cause__ or error.__context__)
        yield error
