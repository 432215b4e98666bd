"""An OpenAI-shaped server on this machine: chat completions, files and batches, and a count of what was paid for."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.multipart import file_in

Reply = tuple[int, Mapping[str, str], Any]
"""Status, headers, and a body: JSON when it is no bytes."""

LOST: Reply = (0, {}, None)
"""The connection is closed without a word, after the request was carried out."""


def completion(text: str | None, finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    """Return the body of a chat completion that counts 10 tokens in and 5 out."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish_reason}
    return {"choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}


def echo(body: Mapping[str, Any]) -> Reply:
    """Answer a chat request with words that depend on nothing but the request."""
    return 200, {}, completion(f"{body.get('seed', '-')}: {body['messages'][-1]['content']}")


@dataclass
class Server:
    """A running server. Tests set how it behaves and read what it was asked.

    `chat` answers each chat request, `batch_line` each request of a batch: a body, or a failure as (status, message).
    `batch_status` is what batches are said to be; the output files appear when it is one that ends.
    """

    base_url: str = ""
    chat: Callable[[Mapping[str, Any]], Reply] = echo
    paid: list[Mapping[str, Any]] = field(default_factory=list)
    busiest: int = 0
    batch_status: str = "in_progress"
    batch_line: Callable[[Mapping[str, Any]], Any] = lambda body: echo(body)[2]
    batch_errors: tuple[str, ...] = ()
    loses_next_batch_reply: bool = False
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: int = 0
    _busy: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def requests_of(self, batch_id: str) -> list[dict[str, Any]]:
        """Return the requests that a batch was made of."""
        return [json.loads(line) for line in self.files[self.batches[batch_id]["input_file_id"]].splitlines()]

    def answer(self, method: str, path: str, content: bytes, content_type: str) -> Reply:
        """Return the reply to a request."""
        match method, path.partition("?")[0].removeprefix("/v1/").split("/"):
            case "POST", ["chat", "completions"] | ["completions"]:
                return self._chat(json.loads(content))
            case "POST", ["files"]:
                return self._upload(content, content_type)
            case "GET", ["files", file_id, "content"]:
                return 200, {}, self.files[file_id]
            case "POST", ["batches"]:
                return self._create(json.loads(content))
            case "GET", ["batches"]:
                return 200, {}, {"object": "list", "data": list(self.batches.values()), "has_more": False}
            case "GET", ["batches", batch_id]:
                return 200, {}, self._look(self.batches[batch_id])
        return 404, {}, {"error": {"message": f"no such path: {path}"}}

    def _chat(self, body: Mapping[str, Any]) -> Reply:
        with self._lock:
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            reply = self.chat(body)
        finally:
            with self._lock:
                self._busy -= 1
        if reply[0] == 200:
            self.paid.append(body)
        return reply

    def _upload(self, content: bytes, content_type: str) -> Reply:
        _, payload = file_in(content, content_type)
        self.uploads += 1
        name = f"file-{self.uploads}"
        self.files[name] = payload
        return 200, {}, {"id": name, "object": "file", "purpose": "batch"}

    def _create(self, wanted: Mapping[str, Any]) -> Reply:
        name = f"batch_{len(self.batches) + 1}"
        self.batches[name] = {"id": name, "object": "batch", "status": "validating", **wanted}
        if self.loses_next_batch_reply:
            self.loses_next_batch_reply = False
            return LOST
        return 200, {}, self.batches[name]

    def _look(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch["status"] = self.batch_status
        if self.batch_errors:
            batch["errors"] = {"data": [{"message": message, "line": 1} for message in self.batch_errors]}
        elif self.batch_status in {"completed", "expired", "cancelled"}:
            self._run(batch)
        return batch

    def _run(self, batch: dict[str, Any]) -> None:
        lines: dict[str, list[str]] = {"output": [], "error": []}
        for request in self.requests_of(batch["id"]):
            result = self.batch_line(request["body"])
            is_good = isinstance(result, dict)
            response = {"status_code": 200, "body": result}
            if not is_good:
                response = {"status_code": result[0], "body": {"error": {"message": result[1]}}}
            line = {"custom_id": request["custom_id"], "response": response, "error": None}
            lines["output" if is_good else "error"].append(json.dumps(line))
        for kind, written in lines.items():
            if written:
                batch[f"{kind}_file_id"] = f"{batch['id']}-{kind}"
                self.files[batch[f"{kind}_file_id"]] = "\n".join(reversed(written)).encode()
        counts = {"total": sum(map(len, lines.values())), "completed": len(lines["output"])}
        batch["request_counts"] = {**counts, "failed": len(lines["error"])}


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free port until the block ends."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._reply("POST")

        def do_GET(self) -> None:
            self._reply("GET")

        def _reply(self, method: str) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = server.answer(method, self.path, content, self.headers.get("Content-Type", ""))
            if not status:
                self.close_connection = True
                return
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            fields = {"Content-Type": "application/json", "Content-Length": str(len(sent)), **headers}
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.base_url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
