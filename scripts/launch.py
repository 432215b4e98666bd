"""Start everything on one machine: the local model when no other is configured, then the web server. Ctrl-C stops both.

This is what scripts/serve runs. The web server is started by the Procfile's own line, so that what is tried here is
what is deployed.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from dotenv import dotenv_values

from scripts.local_engine.weights import MODEL_ID

_START_S = 60
_STOP_S = 40  # a turn in progress may take 30 s
_ENGINE_HISTORY_TOKENS = "500"  # the small model reads 170 tokens/s on one core, and there are 4.5 s for everything


class _Stopped(Exception):
    """Somebody asked us to stop."""


@click.command(epilog="Example: scripts/serve --port 8081")
@click.option("--port", type=int, help="Port of the web server.  [default: PORT, else 8080]")
def main(port: int | None) -> None:
    """Serve the webhook, with a local model when neither OPENAI_API_KEY nor OPENAI_BASE_URL is set."""
    configured = {**dotenv_values(".env"), **os.environ}
    environment = {name: value for name, value in configured.items() if value}
    environment["PORT"] = str(port or environment.get("PORT", 8080))
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background jobs start with it ignored
        signal.signal(number, _stop)
    try:
        with ExitStack() as running:
            if not has_endpoint(environment):
                base_url = running.enter_context(local_engine(environment))
                environment |= {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "local"}
                environment = {"MODEL": MODEL_ID, "HISTORY_TOKENS": _ENGINE_HISTORY_TOKENS, **environment}
            raise SystemExit(serve(environment))
    except _Stopped:
        click.echo("Stopped.", err=True)


def has_endpoint(environment: Mapping[str, str]) -> bool:
    """Return whether a model endpoint is configured, under any of its names."""
    return any(environment.get(name) for name in ("OPENAI_API_KEY", "OPENAI_KEY", "OPENAI_BASE_URL"))


@contextmanager
def local_engine(environment: Mapping[str, str]) -> Iterator[str]:
    """Run the local engine on a free port and give its base URL; stop it at the end."""
    command = [sys.executable, "-m", "scripts.local_engine", "--port", "0"]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True, process_group=0) as engine:
        try:
            base_url = engine.stdout.readline().strip() if engine.stdout else ""
            if not base_url:
                raise click.ClickException("the local engine did not start; its reason is above")
            yield base_url
        finally:
            _end(engine)


def serve(environment: Mapping[str, str]) -> int:
    """Run the web server until it ends and return its exit status; say where it is once it answers."""
    port = int(environment["PORT"])
    _check_port(port)
    command = [sys.executable, "-m", *procfile_command(Path("Procfile"))]
    with subprocess.Popen(command, env=dict(environment), process_group=0) as server:
        try:
            _wait_until_ready(server, f"http://127.0.0.1:{port}/readyz")
            if server.poll() is None:
                click.echo(welcome(port, environment), err=True)
            return server.wait()
        finally:
            _end(server)


def procfile_command(procfile: Path) -> list[str]:
    """Return the words of the Procfile's web line."""
    line = next(line for line in procfile.read_text().splitlines() if line.startswith("web:"))
    return shlex.split(line.removeprefix("web:"))


def welcome(port: int, environment: Mapping[str, str]) -> str:
    """Return what to do next: the addresses, and a request to paste into another terminal."""
    url = f"http://127.0.0.1:{port}"
    request = {
        "session": "projects/example/agent/sessions/first-try",
        "queryResult": {"queryText": "I had a rough day and nobody noticed.", "languageCode": "en"},
    }
    credentials = _credentials(environment)
    return f"""
The webhook is ready:  {url}/webhook
Is it well?            {url}/readyz

Ask it something, as Dialogflow would, from another terminal:

curl -s {url}/webhook {credentials}-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(request))}

Ctrl-C stops it.
"""


def _credentials(environment: Mapping[str, str]) -> str:
    """Return curl's options for the configured authentication, by variable: secrets are not printed."""
    if environment.get("WEBHOOK_USERNAME"):
        return '-u "$WEBHOOK_USERNAME:$WEBHOOK_PASSWORD" '
    if environment.get("WEBHOOK_HEADER_VALUE"):
        return f'-H "{environment.get("WEBHOOK_HEADER_NAME", "X-Webhook-Secret")}: $WEBHOOK_HEADER_VALUE" '
    return ""


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} cannot be used ({error.strerror}); try --port {port + 1}"
            ) from error


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str) -> None:
    """Return when the server is ready or has ended; after a minute say what it waits for and go on waiting."""
    said_at = time.monotonic() + _START_S
    while server.poll() is None:
        problem = _readiness(url)
        if problem is None:
            return
        if time.monotonic() > said_at:
            click.echo(f"Not ready yet: {problem}", err=True)
            said_at = time.monotonic() + _START_S
        time.sleep(0.2)


def _readiness(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return None
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except OSError as error:
        return str(error)


def _end(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Stop a process kindly, by its own id, and wait for it; after that not kindly."""
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _stop(*_: object) -> None:
    raise _Stopped


if __name__ == "__main__":
    main()
