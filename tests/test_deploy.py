"""A real gunicorn, started by the Procfile's own line: turns, broken bodies, bad settings."""

import http.client
import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.web_process import procfile_command
from tests.conftest import cx_request, es_request
from tests.gunicorns import ROOT, free_port, outside_environment, post, text_of, web_server
from tests.loopback import loopback, stream


@pytest.mark.parametrize("request_body", [es_request("I feel low"), cx_request("I feel low")], ids=["es", "cx"])
def test_the_procfiles_line_answers_turns(python: str, tmp_path: Path, request_body: Any) -> None:
    """gunicorn, two workers, a real socket: a turn goes through."""
    with (
        loopback(stream("I hear you. ", "What happened?")) as upstream,
        web_server(python, tmp_path, upstream.base_url) as (port, _),
    ):
        status, content = post(port, request_body)

    assert status == 200
    assert text_of(content).endswith("I hear you. What happened?")


def test_workers_share_the_memory(python: str, tmp_path: Path) -> None:
    """Five turns over two workers: each prompt holds all that was said before."""
    with (
        loopback(stream("Yes.")) as upstream,
        web_server(python, tmp_path, upstream.base_url) as (port, _),
    ):
        for number in range(5):
            post(port, es_request(f"word {number}"))

    said = [[m["content"] for m in request["messages"] if "word" in m["content"]] for request in upstream.requests]
    assert said == [[f"word {k}" for k in range(n + 1)] for n in range(5)]


def test_a_chunked_body_without_length_is_bounded(python: str, tmp_path: Path) -> None:
    """A caller that does not say how much comes is answered, or refused at the limit; the worker lives on."""

    def send(size: int) -> int:
        body = json.dumps(es_request("hi")).encode()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        pieces = iter([body, *(b" " * 65_536 for _ in range(size // 65_536))])
        try:
            connection.request("POST", "/webhook", pieces, {"Content-Type": "application/json"}, encode_chunked=True)
            return connection.getresponse().status
        except (BrokenPipeError, ConnectionResetError):
            return 413
        finally:
            connection.close()

    with (
        loopback(stream("Yes.")) as upstream,
        web_server(python, tmp_path, upstream.base_url) as (port, process),
    ):
        statuses = [send(0), send(10_000_000), send(0)]
        assert process.poll() is None

    assert statuses == [200, 413, 200]


BROKEN_BODIES: dict[str, tuple[bytes, int]] = {
    "malformed chunk": (b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n", 400),
    "too short": (b"Content-Length: 500\r\n\r\n{}", 400),
}


@pytest.mark.parametrize(("request_end", "status"), BROKEN_BODIES.values(), ids=BROKEN_BODIES)
def test_a_broken_body_frees_its_thread(python: str, tmp_path: Path, request_end: bytes, status: int) -> None:
    """A body that is malformed or never ends is refused within seconds, and others are answered afterwards."""
    with (
        loopback(stream("Yes.")) as upstream,
        web_server(python, tmp_path, upstream.base_url, THREADS="1", WEB_CONCURRENCY="1") as (port, _),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\n" + request_end)
            head = connection.recv(64)
        after, _ = post(port, es_request("hi"))

    assert head.split()[1] == str(status).encode()
    assert after == 200


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"APP_ENV": "production"}, "WEBHOOK_USERNAME and WEBHOOK_PASSWORD"),
        ({"MODEL": ""}, "no model for persona"),
        ({"ES_DEADLINE_S": "9"}, "ES_DEADLINE_S"),
        ({"DEFAULT_PERSONA": "nobody"}, "the personas are"),
        ({"PERSONAS_DIR": "/nowhere"}, "/nowhere"),
        ({"STORE_REQUIRED": "true", "REDIS_URL": "redis://127.0.0.1:1/0"}, "conversations cannot be kept"),
        ({"STORE_REQUIRED": "true", "SESSIONS_PATH": "/proc/nowhere/s.sqlite3"}, "see SESSIONS_PATH"),
    ],
)
def test_a_bad_start_ends_at_once_and_says_why(
    python: str, tmp_path: Path, variables: dict[str, str], said: str
) -> None:
    """Settings that cannot work stop the start, with words instead of a traceback."""
    own = {"PORT": str(free_port()), "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "MODEL": "m"}
    environment = {**outside_environment(), **own, **variables}
    command = [python, "-m", *procfile_command(ROOT / "Procfile")]

    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30, check=False
    )

    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
