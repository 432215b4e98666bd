"""The model endpoint, against a server on this machine that misbehaves in every way we know of."""

import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import ModelBroken, ModelBusy, ModelError, ModelRefused, ModelRejected, ModelTimeout
from app.core.types import Completion
from app.models.endpoint import Endpoint
from tests.loopback import Behaviour, answer, chat_completion, drip, hang, loopback, reset, stream
from tests.models.asking import CHAT, ask, complete, within

FAULT_UPSTREAM = Path(__file__).parents[2].parent / "shared" / "tools" / "fault_upstream.py"


SLOW: dict[str, Behaviour] = {
    "hanging": hang(),
    "trickling body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b" " * 500, 0.05),
    "trickling head": drip(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 99, 0.05),
    "trickling error": drip(b"HTTP/1.1 500 No\r\nContent-Length: 500\r\n\r\n" + b" " * 500, 0.05),
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW)
def test_complete_is_back_at_the_deadline(behaviour: Behaviour) -> None:
    """No server, however it drags on, holds a call past its deadline, nor its thread for long after."""
    with loopback(behaviour, stream("Better now.")) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        started = time.monotonic()
        with pytest.raises(ModelTimeout):
            complete(endpoint, CHAT, "m", 0.4)
        took_s = time.monotonic() - started
        # The only thread is free again, and its next connection is a fresh one.
        completion = complete(endpoint, CHAT, "m", 5)
        endpoint.close()

    assert took_s < 0.9
    assert completion.text == "Better now."


BROKEN: dict[str, tuple[Behaviour, type[ModelError]]] = {
    "reset": (reset, ModelBroken),
    "closed": (lambda connection: connection.close(), ModelBroken),
    "empty body": (answer(b""), ModelBroken),
    "html": (answer(b"<html>Bad gateway</html>", content_type="text/html"), ModelBroken),
    "half a JSON": (answer(b'{"choices": ['), ModelBroken),
    "a list": (answer(b"[]"), ModelBroken),
    "a string": (answer(b'"x"'), ModelBroken),
    "deep nesting": (answer(b"[" * 100_000), ModelBroken),
    "no choices": (answer(b'{"choices": []}'), ModelBroken),
    "choices null": (answer(b'{"choices": null}'), ModelBroken),
    "choice is a number": (answer(b'{"choices": [3]}'), ModelBroken),
    "message is a list": (answer(b'{"choices": [{"message": [1]}]}'), ModelBroken),
    "content is a number": (answer(b'{"choices": [{"message": {"content": 42}}]}'), ModelBroken),
    "not UTF-8": (answer(chat_completion("XX").replace(b"XX", b"\xff\xfe")), ModelBroken),
    "refusal": (answer(chat_completion(None, refusal="No.")), ModelRefused),
    "filtered": (answer(chat_completion("Half", "content_filter")), ModelRefused),
    "filtered by status": (answer(b'{"error": {"code": "content_filter"}}', "400 Bad Request"), ModelRefused),
    "error inside": (answer(b'data: {"error": {"message": "overloaded"}}\n\n'), ModelBroken),
    "redirect": (answer(b"", "307 Temporary Redirect", extra="Location: http://127.0.0.1:1/x\r\n"), ModelBroken),
    "wrong key": (answer(b'{"error": {"code": "invalid_api_key"}}', "401 Unauthorized"), ModelRejected),
    "too many requests": (answer(b"{}", "429 X", extra="Retry-After: 30\r\n"), ModelBusy),
    "loading": (answer(b"{}", "503 Loading"), ModelBroken),
    "server error": (answer(b"\xff{", "500 Oh"), ModelBroken),
    "too long": (answer(b"x" * 1_000_001), ModelBroken),
    "gzip": (answer(gzip.compress(b" " * 10_000_000), extra="Content-Encoding: gzip\r\n"), ModelBroken),
}


@pytest.mark.parametrize(("behaviour", "expected"), BROKEN.values(), ids=BROKEN)
def test_complete_maps_every_failure(behaviour: Behaviour, expected: type[ModelError]) -> None:
    """Whatever the endpoint does wrong becomes one of our errors, at once and without a retry."""
    with loopback(behaviour) as upstream:
        started = time.monotonic()
        with pytest.raises(expected):
            ask(upstream.base_url)
        took_s = time.monotonic() - started

    assert took_s < 3
    assert len(upstream.requests) == 1


def test_complete_stops_reading_an_endless_answer() -> None:
    """A body without a length is read up to the limit; what was said before it is kept."""

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        event = b"data: " + json.dumps({"choices": [{"delta": {"content": "On and on. "}}]}).encode() + b"\n\n"
        while True:
            connection.sendall(event)

    with loopback(endless) as upstream:
        completion = ask(upstream.base_url)

    assert completion.finish_reason == "cut"
    assert len(completion.text) < 1_000_000


def test_complete_maps_a_refused_connection() -> None:
    """Nobody listening is ModelBroken, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ModelBroken):
        ask(f"http://127.0.0.1:{port}/v1")


def test_errors_never_quote_the_endpoint() -> None:
    """An endpoint's message may hold the key or the prompt, so it is not in ours."""
    body = json.dumps({"error": {"message": "Hello is not allowed; key a-key", "code": "bad_thing"}}).encode()
    with loopback(answer(body, "400 Bad Request")) as upstream, pytest.raises(ModelRejected) as caught:
        ask(upstream.base_url)

    assert str(caught.value) == "HTTP 400 bad_thing"


@pytest.fixture(scope="module")
def fault_upstream() -> Iterator[str]:
    if not FAULT_UPSTREAM.exists():
        pytest.skip("the shared fault server is not beside this checkout")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, str(FAULT_UPSTREAM), str(port)]) as process:
        for _ in range(100):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/F"
        process.kill()


FAULTS = re.findall(r"f=='(\w+)'", FAULT_UPSTREAM.read_text()) if FAULT_UPSTREAM.exists() else ()


@pytest.mark.parametrize("is_streamed", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("fault", FAULTS)
def test_complete_survives_the_shared_faults(fault_upstream: str, fault: str, is_streamed: bool) -> None:
    """Each known fault of an HTTP server ends in words or in one of our errors, in time."""
    started = time.monotonic()
    with contextlib.suppress(ModelError):
        ask(f"{fault_upstream}/{fault}/v1", seconds=0.8, is_streamed=is_streamed)

    assert time.monotonic() - started < 1.6


@pytest.mark.parametrize("behaviour", [hang(), reset, answer(b"{}", "500 No")], ids=["hang", "reset", "500"])
def test_a_model_that_never_speaks_is_given_up(behaviour: Behaviour) -> None:
    """At the end of its longer time, or when it fails before, whoever waits is told that nothing comes."""
    said: list[Completion | None] = []
    with loopback(behaviour) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        asking = endpoint.ask(CHAT, "m", within(0.5))
        asking.then(said.append)
        endpoint.close()

    assert said == [None]
