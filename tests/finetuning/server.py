"""A server with OpenAI's fine-tuning API on this machine: files, uploads, jobs, events, checkpoints, models.

It keeps count of what was paid for. `before` and `after` let a test break in, before a request is carried out and
between that and its reply.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.multipart import file_in

Record = dict[str, Any]
Reply = tuple[int, Any]
"""Status, and a body: JSON when it is no bytes. Status 0 closes the connection without a word."""

LOST: Reply = (0, None)
Hook = Callable[[str, str], Reply | None]
"""Takes method and path (without /v1/), and returns a reply to send instead, or None."""


def failure(status: int, message: str, code: str | None = None) -> Reply:
    """Return an error as OpenAI sends it."""
    return status, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


@dataclass
class Server:
    """The state of a server; it survives stop and start."""

    port: int = 0
    before: Hook = lambda method, path: None
    after: Hook = lambda method, path: None
    files: dict[str, Record] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Record] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, Record] = field(default_factory=dict)
    events: dict[str, list[Record]] = field(default_factory=dict)
    checkpoints: dict[str, list[Record]] = field(default_factory=dict)
    models: dict[str, Record] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Record] = field(default_factory=list)
    new_file_status: str = "processed"
    keeps_metadata: bool = True
    page: int = 100
    _http: ThreadingHTTPServer | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def count(self, method: str, path: str) -> int:
        """Return how often something was asked."""
        return self.requests.count((method, path))

    def add_event(self, job_id: str, message: str, **data: Any) -> None:
        """Let something happen to a job; with data, a metrics event."""
        with self._lock:
            events = self.events.setdefault(job_id, [])
            events.append(
                {
                    "object": "fine_tuning.job.event",
                    "id": f"ftevent-{job_id[-4:]}-{len(events) + 1}",
                    "created_at": 1_763_700_000 + len(events),
                    "level": "info",
                    "message": message,
                    "type": "metrics" if data else "message",
                    "data": data,
                }
            )

    def add_job(self, job_id: str = "ftjob-1", status: str = "running", **rest: Any) -> Record:
        """Let a job be there."""
        self.jobs[job_id] = {
            "object": "fine_tuning.job",
            "id": job_id,
            "status": status,
            "model": "smollm2-135m",
            "fine_tuned_model": None,
            "training_file": "file-1",
            "validation_file": None,
            "created_at": int(time.time()),
            "finished_at": None,
            "error": None,
            "result_files": [],
            "trained_tokens": None,
            "hyperparameters": {"n_epochs": 3},
            "organization_id": "org-1",
            "seed": 1,
            **rest,
        }
        return self.jobs[job_id]

    def add_model(self, name: str, shutdown_date: str | None = None) -> None:
        """Let a model be there."""
        record = {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "me"}
        self.models[name] = {**record, "shutdown_date": shutdown_date}

    def add_file(self, name: str, content: bytes, purpose: str = "fine-tune") -> Record:
        """Let a file be there."""
        file_id = f"file-{len(self.files) + 1}"
        self.contents[file_id] = content
        self.files[file_id] = {
            "object": "file",
            "id": file_id,
            "filename": name,
            "bytes": len(content),
            "purpose": purpose,
            "status": self.new_file_status,
            "created_at": int(time.time()),
        }
        return self.files[file_id]

    def answer(self, method: str, target: str, content: bytes, content_type: str) -> Reply:
        """Carry a request out."""
        path = unquote(urlsplit(target).path).removeprefix("/v1/")
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        self.requests.append((method, path))
        early = self.before(method, path)
        if early is not None:
            return early
        with self._lock:
            parts = [unquote(part) for part in urlsplit(target).path.removeprefix("/v1/").split("/")]
            reply = self._route(method, parts, query, content, content_type)
        return self.after(method, path) or reply

    def _route(self, method: str, path: list[str], query: Mapping[str, str], content: bytes, kind: str) -> Reply:
        match method, path:
            case "POST", ["files"]:
                return 200, self.add_file(*file_in(content, kind))
            case "GET", ["files"]:
                return 200, self._listed(list(self.files.values())[::-1], query)
            case "GET", ["files", name]:
                return (200, self.files[name]) if name in self.files else failure(404, f"No such file: {name}")
            case "GET", ["files", name, "content"]:
                return 200, self.contents[name]
            case _, ["uploads", *rest]:
                return self._upload(rest, content, kind)
            case "POST", ["fine_tuning", "jobs"]:
                return self._create(json.loads(content))
            case "GET", ["fine_tuning", "jobs"]:
                return 200, self._jobs(query)
            case _, ["fine_tuning", "jobs", name, *rest]:
                return self._job(name, rest, query) if name in self.jobs else failure(404, f"No such job: {name}")
            case "GET", ["models"]:
                return 200, self._listed(list(self.models.values()), query)
            case "DELETE", ["models", name]:
                if self.models.pop(name, None) is None:
                    return failure(404, f"The model '{name}' does not exist", "model_not_found")
                return 200, {"id": name, "object": "model", "deleted": True}
        return failure(404, f"no such path: {path}")

    def _create(self, body: Record) -> Reply:
        self.bodies.append(body)
        job = self.add_job(f"ftjob-{len(self.jobs) + 1}", "queued", **body)
        if not self.keeps_metadata:
            del job["metadata"]
        return 200, job

    def _jobs(self, query: Mapping[str, str]) -> Record:
        wanted = {name[9:-1]: value for name, value in query.items() if name.startswith("metadata[")}
        jobs = [job for job in self.jobs.values() if wanted.items() <= (job.get("metadata") or {}).items()]
        return self._listed(jobs[::-1], query)

    def _job(self, name: str, rest: list[str], query: Mapping[str, str]) -> Reply:
        job = self.jobs[name]
        match rest:
            case ["events"]:
                return 200, self._listed(self.events.get(name, [])[::-1], query)
            case ["checkpoints"]:
                return 200, self._listed(self.checkpoints.get(name, [])[::-1], query)
            case ["cancel"] if job["status"] in {"succeeded", "failed", "cancelled"}:
                return failure(400, f"Job {name} is already {job['status']}")
            case [("cancel" | "pause" | "resume") as action]:
                job["status"] = {"cancel": "cancelled", "pause": "paused", "resume": "running"}[action]
        return 200, job

    def _upload(self, rest: list[str], content: bytes, kind: str) -> Reply:
        if not rest:
            upload = {"object": "upload", "id": f"upload_{len(self.uploads) + 1}", **json.loads(content)}
            times = {"created_at": int(time.time()), "expires_at": int(time.time()) + 3_600}
            self.uploads[upload["id"]] = {**upload, **times, "status": "pending"}
            return 200, self.uploads[upload["id"]]
        upload = self.uploads.get(rest[0], {})
        if upload.get("status") != "pending":
            return failure(404 if not upload else 400, f"Upload {rest[0]} is {upload.get('status', 'not found')}")
        if rest[1] == "parts":
            name = f"part_{len(self.parts) + 1}"
            self.parts[name] = file_in(content, kind)[1]
            return 200, {"object": "upload.part", "id": name, "upload_id": rest[0], "created_at": 1}
        return self._complete(upload, json.loads(content))

    def _complete(self, upload: Record, body: Record) -> Reply:
        whole = b"".join(self.parts[name] for name in body["part_ids"])
        if len(whole) != upload["bytes"] or hashlib.md5(whole, usedforsecurity=False).hexdigest() != body["md5"]:
            return failure(400, "the parts do not make the file that was announced")
        upload["status"] = "completed"
        upload["file"] = self.add_file(upload["filename"], whole)
        return 200, upload

    def _listed(self, items: list[Record], query: Mapping[str, str]) -> Record:
        ids = [item["id"] for item in items]
        start = ids.index(query["after"]) + 1 if "after" in query else 0
        stop = start + min(int(query.get("limit", self.page)), self.page)
        shown = items[start:stop]
        ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {"first_id": "", "last_id": ""}
        return {"object": "list", "data": shown, "has_more": stop < len(items), **ends}

    def start(self) -> None:
        """Serve, on the same port as before."""
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Serve no more: connections are refused."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    @property
    def is_up(self) -> bool:
        return self._http is not None


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not server.is_up:  # a connection from before the stop
                self.close_connection = True
                return
            status, body = server.answer(self.command, self.path, content, self.headers.get("Content-Type", ""))
            if not status:
                self.close_connection = True
                return
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if not isinstance(body, bytes) else "text/html")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_DELETE = _reply  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            return

    return Handler


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free port until the block ends."""
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()
