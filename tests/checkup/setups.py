"""A set-up on this machine that is as it should be, to plant faults in: a .env, a model endpoint, the real webhook."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask
from werkzeug.serving import make_server

from scripts.doctor import main
from tests.finetuning.server import Server

MODEL = "ft:smollm2-135m:local:joy:abc123"
KEY = "sk-only-for-tests-8d7f6a5b"
PASSWORD = "vP3-tests-only-w9Kq"
GOOD = {
    "OPENAI_API_KEY": KEY,
    "MODEL": MODEL,
    "WEBHOOK_USERNAME": "dialogflow",
    "WEBHOOK_PASSWORD": PASSWORD,
    "SESSIONS_PATH": ".data/sessions.sqlite3",
}

Line = tuple[str, str, str, str]
"""Status, check, message, fix."""


@dataclass
class Setup:
    """A set-up: what stands in .env, what in the environment, and the servers it names."""

    endpoint: Server
    url: str
    dotenv: dict[str, str] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    written: str | bytes | None = None

    def examine(self, *words: str) -> "Examined":
        """Run the command in this process, in the current folder."""
        named = "".join(f"{name}={value}\n" for name, value in self.dotenv.items())
        content = named if self.written is None else self.written
        Path(".env").write_bytes(content.encode() if isinstance(content, str) else content)
        address = ("--url", self.url) if self.url else ()
        shown = CliRunner(env=self.outside).invoke(main, ["--json", *address, *words])
        return Examined(shown.exit_code, shown.output, shown.stdout)


@dataclass(frozen=True)
class Examined:
    """What the command said."""

    exit_code: int
    output: str
    stdout: str

    @property
    def lines(self) -> list[Line]:
        results = json.loads(self.stdout)["results"]
        return [(result["status"], result["check"], result["message"], result["fix"]) for result in results]

    @property
    def problems(self) -> list[Line]:
        """Everything that is not well, and was looked at."""
        return [line for line in self.lines if line[0] in {"warning", "failed"}]


def good_variables(endpoint: Server) -> dict[str, str]:
    return {**GOOD, "OPENAI_BASE_URL": endpoint.base_url}


def answers(completion: str = "OK") -> Any:
    """Return a hook that lets the endpoint answer chats, beside what it does anyway."""
    message = {"role": "assistant", "content": completion}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "length"}], "usage": {"total_tokens": 9}}
    return lambda method, path: (200, body) if path == "chat/completions" else None


@contextmanager
def webhook(app: Flask) -> Iterator[str]:
    """Serve the real application on a free port and give the webhook's address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/webhook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_of(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return variables as the arguments of Settings."""
    return {name.lower(): value for name, value in variables.items()}


def without_numbers(message: str) -> str:
    """Return a message without what differs from run to run: seconds, milliseconds, ports."""
    return re.sub(r"(?<=127\.0\.0\.1:)\d{2,}|\d+\.\d(?= s\b)|\d+(?= ms\b)", "N", message)
