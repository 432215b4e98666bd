"""A model endpoint that says what it heard: how many turns stand in the prompt, and the last words of the user."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.loopback import chat_completion


@dataclass
class EchoModel:
    """A running endpoint. `heard` are the last words of each request, in the order in which they came."""

    base_url: str
    pause_s: float
    heard: list[str] = field(default_factory=list)

    def answer(self, words: list[str]) -> str:
        """Say something after a pause; words with `slow` in them take as many seconds as stand behind it."""
        self.heard.append(words[-1])
        _, found, seconds = words[-1].partition("slow ")
        time.sleep(float(seconds.split()[0]) if found else self.pause_s)
        return f"Heard {len(words)} of you, last {words[-1]!r}."


@contextmanager
def echo_model(pause_s: float = 0.0) -> Iterator[EchoModel]:
    """Serve on a free port until the end of the block. The prompt's few-shot examples are not counted."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            words = [message["content"] for message in request["messages"] if message["role"] == "user"]
            body = chat_completion(running.answer([word for word in words if word.startswith("say")]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the base class's
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 512
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            return  # a caller that hangs up is what some tests are about

    with Server(("127.0.0.1", 0), Handler) as server:
        running = EchoModel(f"http://127.0.0.1:{server.server_address[1]}/v1", pause_s)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield running
        finally:
            server.shutdown()
