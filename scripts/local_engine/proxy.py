"""Passing a request on to llama.cpp and its answer back as it comes; when the caller goes away, so does the question.

Changed on the way in: the adapter, and the role `developer`, which open models' chat templates do not know. Changed on
the way out: the model's name, the shape of errors, and in whole answers (shapes.py) what OpenAI always writes. Streams
pass byte for byte otherwise.
"""

import http.client
import json
import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from scripts.local_engine.errors import ApiError
from scripts.local_engine.inference import NATIVE_NAME, Place
from scripts.local_engine.shapes import as_openai, refusal

_NAMED = f'"model":"{NATIVE_NAME}"'.encode()  # inside a JSON string the quotes would be escaped: only the name is met
_LAST = b"data: [DONE]"
_POLL_S = 0.25
_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way: a whole body, or pieces as they come."""

    status: int
    content_type: str
    body: bytes | Iterator[bytes]


def request_body(body: Mapping[str, Any], adapter: int | None) -> bytes:
    """Return what llama.cpp is asked."""
    lora = [] if adapter is None else [{"id": adapter, "scale": 1.0}]
    passed_on = {**body, "lora": lora}
    if isinstance(body.get("messages"), list):
        passed_on["messages"] = [_known_role(message) for message in body["messages"]]
    return json.dumps(passed_on).encode()


def ask(place: Place, path: str, body: Mapping[str, Any], caller: socket.socket | None, held: ExitStack) -> Answer:
    """Pass a request on. What is open until the answer was taken or the caller is gone is left to `held`.

    Raises ApiError for what llama.cpp refuses, and OSError or http.client.HTTPException when it breaks off.
    """
    connection = http.client.HTTPConnection(place.host, place.port, timeout=_PATIENCE_S)
    held.callback(connection.close)
    connection.request("POST", path, request_body(body, place.adapter), {"Content-Type": "application/json"})
    held.enter_context(_watched(caller, connection.sock))
    response = connection.getresponse()
    name = json.dumps(body["model"], ensure_ascii=False)
    content_type = response.headers.get("Content-Type", "application/json")
    if content_type.startswith("text/event-stream"):
        return Answer(response.status, content_type, _lines(response, name))
    content = response.read()
    if response.status >= 400:
        raise refusal(response.status, content)
    return Answer(response.status, content_type, as_openai(content, body["model"]))


def _known_role(message: Any) -> Any:
    is_developer = isinstance(message, Mapping) and message.get("role") == "developer"
    return {**message, "role": "system"} if is_developer else message


def _lines(response: http.client.HTTPResponse, name: str) -> Iterator[bytes]:
    """Yield what comes; when it ends without its last line, say so in the way the openai package understands."""
    is_whole = False
    with suppress(OSError, http.client.HTTPException):
        while line := response.readline():
            is_whole = line.startswith(_LAST) or is_whole
            yield _renamed(line, name)
    if not is_whole:
        broken = ApiError(502, "the model's server broke off in the middle; ask again").as_json()
        yield f"data: {json.dumps(broken)}\n\n".encode()


def _renamed(line: bytes, name: str) -> bytes:
    return line.replace(_NAMED, f'"model":{name}'.encode())


@contextmanager
def _watched(caller: socket.socket | None, upstream: socket.socket) -> Iterator[None]:
    """Break the upstream connection off when the caller hangs up: its place at the model is free for the next one."""
    is_over = threading.Event()

    def watch(caller: socket.socket) -> None:
        while not is_over.wait(_POLL_S):
            if _has_hung_up(caller):
                with suppress(OSError):  # the answer ended, and its connection with it, at this very moment
                    upstream.shutdown(socket.SHUT_RDWR)
                return

    if caller is not None:
        threading.Thread(target=watch, args=(caller,), daemon=True).start()
    try:
        yield
    finally:
        is_over.set()


def _has_hung_up(caller: socket.socket) -> bool:
    try:
        is_readable = bool(select.select([caller], [], [], 0)[0])
        return is_readable and caller.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):  # closed by now
        return True
