"""What is wrong on the way to the webhook, said in words: pages, redirects, certificates, silence."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scripts.checkup.calling import base_of
from scripts.checkup.exchange import Unreachable, ask
from scripts.checkup.verdicts import strange
from tests.checkup.setups import Setup
from tests.loopback import Behaviour, answer, hang, loopback, reset

HTML = "text/html; charset=utf-8"
NO_SERVICE = (
    "Railway knows no running service at this address (404)",
    "compare it with Settings, Networking; is the service deployed, and neither paused nor asleep?",
)

PAGES: dict[str, tuple[Behaviour, str, str]] = {
    "Railway without a service": (
        answer(b'{"status":"error","code":404,"message":"Application not found"}', "404 Not Found"),
        *NO_SERVICE,
    ),
    "Railway without a domain": (
        answer(b"<html><h1>The train has not arrived at the station.</h1></html>", "404 Not Found", HTML),
        *NO_SERVICE,
    ),
    "Railway without a service, in other words": (
        answer(b"{}", "404 Not Found", extra="X-Railway-Fallback: true\r\n"),
        *NO_SERVICE,
    ),
    "Railway without a running program": (
        answer(b"<!DOCTYPE html><h1>Application failed to respond</h1>", "502 Bad Gateway", HTML),
        "Railway reaches no program behind this address (502)",
        "read the service's deploy log; if it runs: take HOST out, and compare the domain's target port with PORT",
    ),
    "a redirect to https": (
        answer(b"", "301 Moved Permanently", extra="Location: https://joe:secret@example.org/webhook?token=1\r\n"),
        "it redirects (301) to https://example.org/webhook, which Dialogflow does not follow",
        "use https://example.org/webhook as the address, here and in the agent",
    ),
    "somebody's web page": (
        answer(b"<!doctype html><title>Welcome</title>", "200 OK", HTML),
        *("an HTML page came back (200), not the webhook's JSON", "is this the address of the webhook?"),
    ),
    "another server": (
        answer(b'{"detail": "no such path"}', "404 Not Found"),
        "/healthz answers 404: something is there, and it is not this project's server",
        "is this the address of the webhook?",
    ),
}


@pytest.mark.parametrize(("page", "message", "fix"), PAGES.values(), ids=PAGES)
def test_pages_that_are_not_ours_are_named_once(healthy: Setup, page: Behaviour, message: str, fix: str) -> None:
    """What stands where the webhook should be is told in one line, and nothing else is tried there."""
    with loopback(page) as stranger:
        healthy.url = f"{stranger.base_url.removesuffix('/v1')}/webhook"
        problems = healthy.examine().problems

    assert problems == [("failed", "webhook", message, fix)]


@contextmanager
def tls_server(folder: Path, name: str) -> Iterator[int]:
    """Serve TLS on a free port with a certificate that nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "own.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield _greet(listener, context)


def _greet(listener: socket.socket, context: ssl.SSLContext) -> int:
    """Shake hands with whoever comes, on a thread of its own, and return the port."""

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection, context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def test_a_certificate_that_nobody_signed_is_named(tmp_path: Path) -> None:
    """Dialogflow would refuse it too, so it is not passed over."""
    with tls_server(tmp_path, "localhost") as port, pytest.raises(Unreachable) as caught:
        ask("GET", f"https://localhost:{port}/healthz")

    assert str(caught.value) == "the certificate of localhost is not accepted: self-signed certificate"
    assert caught.value.fix.startswith("Dialogflow refuses it too")


def test_http_behind_an_https_address_is_named(healthy: Setup) -> None:
    """The usual slip with a port in the address."""
    with pytest.raises(Unreachable) as caught:
        ask("GET", healthy.url.replace("http:", "https:"))

    assert str(caught.value) == "127.0.0.1 does not speak TLS on that port"


def test_a_name_that_is_not_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt host is told from a server that is down."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(Unreachable, match=r"the name wehbook\.example\.org is not known to DNS"):
        ask("GET", "https://wehbook.example.org/webhook")


def test_silence_and_breaks_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing, and one that hangs up."""
    monkeypatch.setattr("scripts.checkup.exchange._PATIENCE_S", 0.2)

    with loopback(hang()) as silent, pytest.raises(Unreachable, match=r"127\.0\.0\.1 says nothing for"):
        ask("GET", silent.base_url)
    with loopback(reset) as broken, pytest.raises(Unreachable, match=r"the exchange with 127\.0\.0\.1 broke off"):
        ask("GET", broken.base_url)


def test_endless_answers_are_cut() -> None:
    """No page fills the memory."""
    with loopback(answer(b"x" * 1_000_000)) as endless:
        assert len(ask("GET", endless.base_url).body) == 256 * 1024


def test_our_own_answers_are_not_strange(healthy: Setup) -> None:
    """Neither what the server says when all is well, nor its refusals."""
    for method, path in (("GET", "/healthz"), ("POST", "/webhook"), ("GET", "/nowhere")):
        assert strange(ask(method, base_of(healthy.url) + path)) is None
