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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from dotenv import dotenv_values

from scripts.embedded import adapter_options, engine_defaults, warm_up
from scripts.local_engine.shipped import Shipped, shipped_adapters
from scripts.local_engine.weights import WeightsError

ROOT = Path(__file__).parents[1]

_FIRST_HINT_S = 5
_HINT_EVERY_S = 30
_STOP_S = 40  # a turn in progress may take 30 s


class _Stopped(Exception):
    """Somebody asked us to stop."""


@click.command(epilog="Example: scripts/serve --port 8081")
@click.option("--port", type=int, help="Port of the web server.  [default: PORT, else 8080]")
def main(port: int | None) -> None:
    """Serve the webhook, with a local model when neither OPENAI_API_KEY nor OPENAI_BASE_URL is set."""
    environment = read_environment(Path(".env"), os.environ)
    environment["PORT"] = str(port or environment.get("PORT", 8080))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: background jobs start with it ignored
        signal.signal(number, _stop)
    try:
        with ExitStack() as running:
            engine = None
            if not has_endpoint(environment):
                engine, settings = running.enter_context(_embedded(environment))
                environment = {**settings, **environment}
            server = running.enter_context(web_server(environment))
            _watch(server, engine)
            raise SystemExit(server.returncode or 0)
    except _Stopped:
        click.echo("Stopped.", err=True)


def read_environment(dotenv: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are set and not empty, by upper-case name, .env standing below the environment."""
    try:
        configured = {**dotenv_values(dotenv, encoding="utf-8-sig"), **environment}
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{dotenv} is not UTF-8; save it again in that encoding") from error
    return {name.upper(): value for name, value in configured.items() if value}


def has_endpoint(environment: Mapping[str, str]) -> bool:
    """Return whether a model endpoint is configured, under any of its names."""
    return any(environment.get(name) for name in ("OPENAI_API_KEY", "OPENAI_KEY", "OPENAI_BASE_URL"))


@contextmanager
def _embedded(environment: Mapping[str, str]) -> Iterator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    """Run the local engine with the shipped adapters; give its process and the settings of a web server on it."""
    tuned = _shipped()
    with local_engine(environment, *adapter_options(tuned)) as (engine, base_url):
        warm_up(base_url, tuned)
        own = {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "local"}
        yield engine, {**own, **engine_defaults(tuned, environment)}


def _shipped() -> Sequence[Shipped]:
    try:
        return shipped_adapters()
    except WeightsError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def local_engine(environment: Mapping[str, str], *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run the local engine on a free port and give its process and base URL; stop it at the end."""
    command = [sys.executable, "-m", "scripts.local_engine", "--port", "0", *options]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True, process_group=0) as engine:
        try:
            base_url = engine.stdout.readline().strip() if engine.stdout else ""
            if not base_url:
                raise click.ClickException("the local model did not start; its reason is above")
            yield engine, base_url
        finally:
            _end(engine)


@contextmanager
def web_server(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the web server, say where it is once it answers, and stop it at the end."""
    address = (_reachable(environment.get("HOST", "")), int(environment["PORT"]))
    _check_port(address)
    command = [sys.executable, "-m", *procfile_command(ROOT / "Procfile")]
    with subprocess.Popen(command, env=dict(environment), process_group=0) as server:
        try:
            url = f"http://{f'[{address[0]}]' if ':' in address[0] else address[0]}:{address[1]}"
            _wait_until_ready(server, f"{url}/readyz")
            if server.poll() is None:
                click.echo(welcome(url, environment), err=True)
            yield server
        finally:
            _end(server)


def _watch(server: "subprocess.Popen[bytes]", engine: "subprocess.Popen[str] | None") -> None:
    """Return when the server has ended. Raises ClickException when the local model ends before it."""
    while server.poll() is None:
        if engine is not None and engine.poll() is not None:
            raise click.ClickException(f"the local model ended (status {engine.returncode}); stopping")
        time.sleep(0.2)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104 - compared, not bound


def procfile_command(procfile: Path) -> list[str]:
    """Return the words of the Procfile's web line."""
    line = next(line for line in procfile.read_text().splitlines() if line.startswith("web:"))
    return shlex.split(line.removeprefix("web:"))


def welcome(url: str, environment: Mapping[str, str]) -> str:
    """Return what to do next: the addresses, and a request to paste into another terminal."""
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


def _check_port(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            said = f"port {address[1]} cannot be used ({error.strerror}); try --port {address[1] + 1}"
            raise click.ClickException(said) from error


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str) -> None:
    """Return when the server is ready or has ended; after a while say what it waits for and go on waiting."""
    hint_at = time.monotonic() + _FIRST_HINT_S
    while server.poll() is None:
        problem = _readiness(url)
        if problem is None:
            return
        if time.monotonic() > hint_at:
            click.echo(f"Not ready yet: {problem}", err=True)
            hint_at = time.monotonic() + _HINT_EVERY_S
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
    """Stop a process kindly, by its own id, and wait for it; after that, or when asked again, not kindly."""
    process.terminate()
    try:
        process.wait(_STOP_S)
    except (subprocess.TimeoutExpired, _Stopped):
        process.kill()


def _stop(*_: object) -> None:
    click.echo("Stopping; turns in progress are being answered. Once more to stop at once.", err=True)
    raise _Stopped


if __name__ == "__main__":
    main()
