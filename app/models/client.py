"""One thread's way to the endpoint: an OpenAI client of its own, and a hand on the socket it talks through.

A client a thread, all on one SSL context, is what measured fastest: a shared client serialises threads, a context a
client costs 20 ms each. Bodies are bounded before they are read, compressed ones are refused: 300 KB of gzip can hold
300 MB.
"""

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import openai

from app.core.errors import ModelBroken
from app.models.stream import MAX_ANSWER_BYTES


class Client:
    """An OpenAI client with one connection, whose socket another thread may shut."""

    def __init__(self, base_url: str, api_key: str, ssl_context: ssl.SSLContext) -> None:
        """Make the client; nothing is connected yet."""
        self._socket: socket.socket | None = None
        self.openai = openai.OpenAI(
            base_url=base_url,
            api_key=api_key,
            max_retries=0,  # a retry would eat the deadline; whether to try again is decided above
            default_headers={"Accept-Encoding": "identity"},
            http_client=openai.DefaultHttpxClient(
                verify=ssl_context,
                follow_redirects=False,  # an endpoint that points elsewhere would take prompt and key along
                limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0),
                event_hooks={"request": [self._watch_connection], "response": [_bound_body]},
            ),
        )

    def cut(self) -> None:
        """Shut the socket under a call in progress, so that its thread is free at once. Safe from any thread.

        The descriptor is shut, not the TLS object: that one must not be touched while its thread reads.
        """
        if self._socket is None:
            return
        try:
            with socket.socket(fileno=os.dup(self._socket.fileno())) as duplicate:
                duplicate.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already, which is what we want

    def _watch_connection(self, request: httpx2.Request) -> None:
        request.extensions["trace"] = self._keep_socket

    def _keep_socket(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")


def _bound_body(response: httpx2.Response) -> None:
    """Refuse bodies that are compressed or announce too much; stop the others where they grow too long."""
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise ModelBroken("the endpoint compressed its answer, which was not asked for")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_ANSWER_BYTES:
        raise ModelBroken(f"the endpoint announced an answer of {int(length)} bytes")
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _BoundedStream(response.stream)


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        left = MAX_ANSWER_BYTES
        for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise ModelBroken(f"the endpoint's answer is longer than {MAX_ANSWER_BYTES} bytes")
            yield chunk

    def close(self) -> None:
        self._stream.close()
