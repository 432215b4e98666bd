"""A real gunicorn, started by the Procfile's own line, and how to talk to it."""

import http.client
import json
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scripts.web_process import procfile_command

ROOT = Path(__file__).parents[1]


def outside_environment() -> dict[str, str]:
    """Return an environment for programs that run in another folder: the .env of this one is the user's own."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def web_server(
    python: str, folder: Path, base_url: str, *logs: list[str], **variables: str
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Run the Procfile's line on a port of its own choice and give the port and the process.

    The lines that it logs once it listens are added to each of `logs`.
    """
    own = {"PORT": "0", "OPENAI_BASE_URL": base_url, "MODEL": "m", "THREADS": "16"}
    folder.mkdir(exist_ok=True)
    command = [python, "-m", *procfile_command(ROOT / "Procfile")]
    environment = {**outside_environment(), **own, **variables}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        port = _port_of(process)
        reading = threading.Thread(target=_read_on, args=(process, logs), daemon=True)
        reading.start()
        try:
            yield port, process
        finally:
            process.terminate()
            process.wait(timeout=45)
            reading.join()


def _port_of(process: "subprocess.Popen[str]") -> int:
    """Return the port that the server says it listens on; its log is JSON lines."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line)
        if found:
            return int(found.group(1))
    raise AssertionError("the web server did not come up")


def _read_on(process: "subprocess.Popen[str]", logs: Sequence[list[str]]) -> None:
    """Read the log on: a server whose log nobody reads stands still after some hundred turns."""
    for line in process.stdout or ():
        for log in logs:
            log.append(line)


def post(port: int, body: Any, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        content_type = {"Content-Type": "application/json"}
        connection.request("POST", "/webhook", json.dumps(body), {**content_type, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read()


def text_of(content: bytes) -> str:
    parsed = json.loads(content)
    if "fulfillmentText" in parsed:
        return str(parsed["fulfillmentText"])
    return str(parsed["fulfillmentResponse"]["messages"][0]["text"]["text"][0])
