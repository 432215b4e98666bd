"""Model endpoints that fail in every way we know of, each named; the person's words say which way it is to be.

OWN are ours, made of loopback.py's behaviours. SHARED are those of a fault server that lies beside the checkout, where
it does: each request is passed on to it byte for byte, broken connections included.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.gunicorns import free_port
from tests.loopback import Behaviour, Connection, Loopback, answer, chat_completion, drip, loopback, reset, stream
from tests.models.test_endpoint_faults import BROKEN, SLOW
from tests.shared import SHARED as BESIDE

_TOOL = BESIDE / "tools" / "fault_upstream.py" if BESIDE else None
SHARED: tuple[str, ...] = (
    tuple(re.findall(r"f=='(\w+)'", _TOOL.read_text())) if _TOOL is not None and _TOOL.exists() else ()
)

_MODELS = answer(b'{"object": "list", "data": []}')
_LATER = "Retry-After: 30\r\n"


def _corrupted(connection: Connection) -> None:
    """Break a stream by an event that is no JSON."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    connection.sendall(b'data: {"choices": [{"delta": {"content": "One sentence. "}}]}\n\ndata: {"choi\n\n')
    connection.close()


def _short(connection: Connection) -> None:
    body = chat_completion("One sentence.")
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) + 500}\r\n\r\n".encode() + body)
    connection.close()


OWN: Mapping[str, Behaviour] = {
    "fine": stream("I hear you. ", "What happened?"),
    "fine whole": answer(chat_completion("I hear you. What happened?")),
    **{name: behaviour for name, (behaviour, _) in BROKEN.items()},
    **SLOW,
    "limit with a date": answer(b"{}", "429 X", extra="Retry-After: Wed, 21 Oct 2099 07:28:00 GMT\r\n"),
    "limit with nonsense": answer(b"{}", "429 X", extra="Retry-After: soon\r\n"),
    "limit below nothing": answer(b"{}", "429 X", extra="Retry-After: -5\r\n"),
    "overloaded": answer(b"{}", "529 Overloaded", extra=_LATER),
    "prompt too long": answer(b'{"error": {"code": "context_length_exceeded"}}', "400 Bad Request"),
    "disconnect": stream("One sentence. ", "And", finish=None),
    "disconnect at once": stream(finish=None),
    "ends early": stream("One sentence. And", finish=""),
    "corrupted event": _corrupted,
    "stall": stream("One sentence. ", "And", "so", pause_s=3.0),
    "stall at once": stream("", "", "One sentence.", pause_s=3.0),
    "slow first token": drip(b"HTTP/1.1 200 OK\r\n", 0.3),
    "no words": answer(chat_completion(None)),
    "spaces": stream("  ", "\n "),
    "strange characters": answer(chat_completion("a\x00b\ud800c")),
    "very long": stream("word " * 30_000),
    "short body": _short,
}


@contextmanager
def failing(behaviours: Mapping[str, Behaviour]) -> Iterator[Loopback]:
    """Serve; the person's last words end with the name of a behaviour, and that is how they are met."""

    def choose(request: Any) -> Behaviour:
        if not request:
            return _MODELS
        return behaviours[name_in(request)]

    with loopback(choose=choose) as upstream:
        yield upstream


def name_in(request: Any) -> str:
    """Return the fault that a request asks for."""
    return str(request["messages"][-1]["content"]).partition("please ")[2]


@contextmanager
def shared_faults() -> Iterator[Mapping[str, Behaviour]]:
    """Run the fault server that lies beside the checkout, and give its faults by name; none without it."""
    if not SHARED:
        yield {}
        return
    port = free_port()
    with subprocess.Popen([sys.executable, str(_TOOL), str(port)]) as process:
        _wait_until_it_listens(port)
        try:
            yield {f"their {fault}": _passed_on(port, fault) for fault in SHARED}
        finally:
            process.kill()


def _passed_on(port: int, fault: str) -> Behaviour:
    head = f"POST /F/{fault}/v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}"

    def behave(connection: Connection) -> None:
        with socket.create_connection(("127.0.0.1", port)) as way:
            way.sendall(head.encode())
            try:
                while data := way.recv(65_536):
                    connection.sendall(data)
            except ConnectionResetError:
                reset(connection)
                return
        connection.close()

    return behave


def _wait_until_it_listens(port: int) -> None:
    give_up_at = time.monotonic() + 10
    while time.monotonic() < give_up_at:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the fault server did not come up")
