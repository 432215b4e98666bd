"""A model endpoint on this machine that answers byte for byte what a test tells it to, however wrong that is."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Connection = socket.socket
Behaviour = Callable[[Connection], None]


@dataclass
class Loopback:
    """A running endpoint: its base URL and what it was asked."""

    base_url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    connections: int = 0


@contextmanager
def loopback(*behaviours: Behaviour, choose: Callable[[Any], Behaviour] | None = None) -> Iterator[Loopback]:
    """Serve on a free port; each request is met by the next behaviour, the last one again and again.

    With `choose`, each is met by the behaviour that this gives for the request's JSON, {} when it has no body.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    running = Loopback(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    waiting = list(behaviours)
    open_connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with connection:
            while head := _read_head(connection):
                body = _read_exactly(connection, _content_length(head))
                running.headers.append(head)
                running.requests.append(json.loads(body) if body else {})
                if choose is not None:
                    behaviour = choose(json.loads(body) if body else {})
                else:
                    behaviour = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                try:
                    behaviour(connection)
                except OSError:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            running.connections += 1
            open_connections.append(connection)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield running
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_connections:
            connection.close()


def chat_completion(text: str | None, finish_reason: str = "stop", **message: Any) -> bytes:
    """Return the body of a whole chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish_reason}
    return json.dumps({"choices": [choice], "usage": {"total_tokens": 7}}).encode()


def answer(body: bytes, status: str = "200 OK", content_type: str = "application/json", extra: str = "") -> Behaviour:
    """Behave well: one response with a length."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def stream(*pieces: str, pause_s: float = 0.0, finish: str | None = "stop", is_text: bool = False) -> Behaviour:
    """Stream pieces as server-sent events in HTTP chunks; without `finish` just stop in the middle and close."""

    def behave(connection: Connection) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            _send_event(connection, _choice(piece, None, is_text))
            time.sleep(pause_s)
        if finish is None:
            connection.close()
            return
        _send_event(connection, _choice("", finish, is_text))
        _send_event(connection, {"choices": [], "usage": {"total_tokens": 9}})
        _send_chunk(connection, b"data: [DONE]\n\n")
        connection.sendall(b"0\r\n\r\n")

    return behave


def drip(data: bytes, pause_s: float) -> Behaviour:
    """Send bytes one by one."""

    def behave(connection: Connection) -> None:
        for number in range(len(data)):
            connection.sendall(data[number : number + 1])
            time.sleep(pause_s)

    return behave


def hang(seconds: float = 30.0) -> Behaviour:
    """Say nothing, and keep the line open."""

    def behave(connection: Connection) -> None:
        connection.settimeout(seconds)
        connection.recv(1)

    return behave


def reset(connection: Connection) -> None:
    """Break the connection off, as a crashed server does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _choice(piece: str, finish: str | None, is_text: bool) -> dict[str, Any]:
    words = {"text": piece} if is_text else {"delta": {"content": piece}}
    return {"choices": [{"index": 0, **words, "finish_reason": finish}]}


def _send_event(connection: Connection, document: dict[str, Any]) -> None:
    _send_chunk(connection, b"data: " + json.dumps(document).encode() + b"\n\n")


def _send_chunk(connection: Connection, data: bytes) -> None:
    connection.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _read_head(connection: Connection) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        try:
            byte = connection.recv(1)
        except OSError:
            return ""
        if not byte:
            return ""
        head += byte
    return head.decode("latin-1")


def _content_length(head: str) -> int:
    lines = (line.partition(":") for line in head.lower().split("\r\n"))
    return next((int(value) for name, _, value in lines if name == "content-length"), 0)


def _read_exactly(connection: Connection, length: int) -> bytes:
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return body
