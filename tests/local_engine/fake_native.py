"""Stands in for llama.cpp's server: says which adapter it was asked for, and breaks where a test wants it broken.

python -m tests.local_engine.fake_native NAME MODEL [ADAPTER ...]
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer as the last message's words ask for."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = body["prompt"] if "prompt" in body else body["messages"][-1]["content"]
        if words == "die":
            os._exit(9)
        if words == "refuse":
            self._send(400, {"error": {"code": 400, "message": "too long", "type": "exceed_context_size_error"}})
        elif words == "wait":
            self._wait()
        elif body.get("stream"):
            self._stream(words)
        else:
            self._send(200, _answer({"content": _said(body)}))

    def _wait(self) -> None:
        """Be slow until the caller has gone, and leave a note when it has."""
        self.connection.recv(1)
        Path(sys.argv[2]).with_suffix(".gone").touch()
        self.close_connection = True

    def _stream(self, words: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in [*words.split(), "[DONE]"]:
            event = word if word == "[DONE]" else json.dumps(_answer({"content": word}), separators=(",", ":"))
            line = f"data: {event}\n\n".encode()
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            time.sleep(0.02)
            if word == "break":
                os._exit(9)
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, status: int, document: Any) -> None:
        content = json.dumps(document, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _answer(message: dict[str, str]) -> dict[str, Any]:
    choice = {"index": 0, "message": message, "delta": message, "finish_reason": "stop"}
    known = {"id": "x", "object": "chat.completion", "created": 1, "model": sys.argv[1]}
    return {**known, "choices": [choice]}


def _said(body: dict[str, Any]) -> str:
    """Return which adapter was asked for and the roles of the messages."""
    adapters = [Path(sys.argv[3 + lora["id"]]).parent.name for lora in body["lora"]]
    roles = [message["role"] for message in body.get("messages", [])]
    return f"{','.join(adapters) or 'base'} {','.join(roles)}".strip()


def main() -> None:
    """Serve until stdin ends; refuse adapters that are marked as bad."""
    if any("bad" in Path(path).read_text() for path in sys.argv[3:]):
        raise SystemExit("an adapter does not fit")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    click.echo(f"http://127.0.0.1:{server.server_port}")
    sys.stdin.read()


if __name__ == "__main__":
    main()
