"""The web process, started by the Procfile's line, watched until it answers, and stopped as a platform stops it."""

import json
import math
import shlex
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

_FIRST_HINT_S = 5
_HINT_EVERY_S = 30
_STOP_S = 40  # a turn in progress may take 30 s
_CREDENTIALS = ("WEBHOOK_USERNAME", "WEBHOOK_HEADER_VALUE", "WEBHOOK_ID_TOKEN_EMAIL")


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass(frozen=True, slots=True)
class Start:
    """How the web process is started, watched and stopped. `ready_host` is the Host that the health check names."""

    command: Sequence[str]
    folder: Path | None = None
    ready_path: str = "/readyz"
    ready_host: str = ""
    ready_within_s: float = math.inf
    stop_s: float = _STOP_S


@contextmanager
def web_server(environment: Mapping[str, str], start: Start) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the web server, say where it is once it answers, and stop it at the end."""
    address = (_reachable(environment.get("HOST", "")), int(environment["PORT"]))
    _check_port(address)
    with subprocess.Popen(start.command, env=dict(environment), cwd=start.folder, process_group=0) as server:
        try:
            url = f"http://{f'[{address[0]}]' if ':' in address[0] else address[0]}:{address[1]}"
            _wait_until_ready(server, url, start)
            if server.poll() is None:
                click.echo(welcome(url, environment), err=True)
            yield server
        finally:
            end(server, start.stop_s)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104 - compared, not bound


def procfile_command(procfile: Path) -> list[str]:
    """Return the words of the Procfile's web line."""
    line = next(line for line in procfile.read_text().splitlines() if line.startswith("web:"))
    return shlex.split(line.removeprefix("web:"))


def welcome(url: str, environment: Mapping[str, str]) -> str:
    """Return what to do next: the addresses, and a command to paste into another terminal. It shows no secret."""
    return f"""
The webhook is ready:  {url}/webhook
Is it well?            {url}/readyz

Ask it something, as Dialogflow would, from another terminal:

{_question(url, environment)}

Ctrl-C stops it.
"""


def _question(url: str, environment: Mapping[str, str]) -> str:
    """Return a command that asks it: curl, or, where credentials are needed, the simulator, which reads them itself."""
    words = "I had a rough day and nobody noticed."
    if any(environment.get(name) for name in _CREDENTIALS):
        return shlex.join([".venv/bin/python", "-m", "scripts.simulate", "--url", f"{url}/webhook", "--say", words])
    request = {
        "session": "projects/example/agent/sessions/first-try",
        "queryResult": {"queryText": words, "languageCode": "en"},
    }
    return f"curl -s {url}/webhook -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(request))}"


def _check_port(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            said = f"port {address[1]} cannot be used ({error.strerror}); try --port {address[1] + 1}"
            raise click.ClickException(said) from error


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str, start: Start) -> None:
    """Return when the server is ready or has ended; after a while say what it waits for and go on waiting.

    Raises ClickException when it is not ready within the time that the start allows.
    """
    hint_at = time.monotonic() + _FIRST_HINT_S
    give_up_at = time.monotonic() + start.ready_within_s
    while server.poll() is None:
        problem = _readiness(f"{url}{start.ready_path}", start.ready_host)
        if problem is None:
            return
        if time.monotonic() > give_up_at:
            raise click.ClickException(
                f"{start.ready_path} did not answer 200 in {start.ready_within_s:g} s: {problem}"
            )
        if time.monotonic() > hint_at:
            click.echo(f"Not ready yet: {problem}", err=True)
            hint_at = time.monotonic() + _HINT_EVERY_S
        time.sleep(0.2)


def _readiness(url: str, host: str) -> str | None:
    """Return what the server is not ready for, None when it answers with exactly 200."""
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return None if response.status == 200 else f"HTTP {response.status}"
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except OSError as error:
        return str(error)


def end(process: "subprocess.Popen[bytes] | subprocess.Popen[str]", within_s: float = _STOP_S) -> None:
    """Stop a process kindly, by its own id, and wait for it; after that, or when asked again, not kindly."""
    process.terminate()
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        click.echo(f"Not done within {within_s:g} s; killed.", err=True)
        process.kill()
    except Stopped:
        process.kill()
