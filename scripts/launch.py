"""Start everything on one machine: the local model when no other is configured, then the web server. Ctrl-C stops both.

This is what scripts/serve runs. The web server is started by the Procfile's own line, so that what is tried here is
what is deployed.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from dotenv import dotenv_values

from scripts import railway
from scripts.embedded import adapter_options, engine_defaults, warm_up
from scripts.local_engine.shipped import Shipped, shipped_adapters
from scripts.local_engine.weights import WeightsError
from scripts.web_process import Start, Stopped, end, procfile_command, web_server

ROOT = Path(__file__).parents[1]


@click.command(epilog="\b\nexample:\n  scripts/serve --port 8081\n  scripts/serve --as-railway")
@click.option("--port", type=int, help="Port of the web server.  [default: PORT, else 8080]")
@click.option("--as-railway", is_flag=True, help="Run what would be deployed, with Railway's variables and no .env.")
def main(port: int | None, as_railway: bool) -> None:
    """Serve the webhook, with a local model when neither OPENAI_API_KEY nor OPENAI_BASE_URL is set."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: background jobs start with it ignored
        signal.signal(number, _stop)
    try:
        with ExitStack() as running:
            server, engine = _as_railway(port, running) if as_railway else _as_here(port, running)
            _watch(server, engine)
            raise SystemExit(server.returncode or 0)
    except Stopped:
        click.echo("Stopped.", err=True)


def _as_here(port: int | None, running: ExitStack) -> tuple["subprocess.Popen[bytes]", "subprocess.Popen[str] | None"]:
    """Start the web server, and before it the local model when no other is configured."""
    environment = read_environment(Path(".env"), os.environ)
    environment["PORT"] = str(port or environment.get("PORT", 8080))
    engine = None
    if not has_endpoint(environment):
        engine, settings = running.enter_context(_embedded(environment))
        environment = {**settings, **environment}
    start = Start([sys.executable, "-m", *procfile_command(ROOT / "Procfile")])
    return running.enter_context(web_server(environment, start)), engine


def _as_railway(port: int | None, running: ExitStack) -> tuple["subprocess.Popen[bytes]", None]:
    """Start the Procfile's line as it stands, in a copy of the deployed files, with Railway's variables."""
    deploy = railway.read_deploy(ROOT / "railway.json")
    folder = Path(running.enter_context(TemporaryDirectory(prefix="as-railway-")))
    try:
        railway.copy_deployed(ROOT, folder)
        commit = railway.commit_of(ROOT)
    except railway.NotDeployable as error:
        raise click.ClickException(str(error)) from error
    number = port or int(os.environ.get("PORT") or 8080)
    environment = railway.variables(os.environ, deploy, number, commit)
    start = Start(
        command=procfile_command(folder / "Procfile"),
        folder=folder,
        ready_path=deploy.health_path,
        ready_host=railway.HEALTH_HOST,
        ready_within_s=deploy.health_s,
        stop_s=railway.draining_s(environment),
    )
    _say_what_railway_has(environment, deploy, start)
    return running.enter_context(web_server(environment, start)), None


def _say_what_railway_has(environment: Mapping[str, str], deploy: railway.Deploy, start: Start) -> None:
    """Say what is run and how, and what a new service there would not have."""
    click.echo(f"As on Railway: {shlex.join(start.command)}, stopped with {start.stop_s:g} s of draining", err=True)
    dotenv = dotenv_values(Path(".env"), encoding="utf-8-sig")
    for name in railway.only_in_dotenv(dotenv, environment):
        click.echo(f"  {name} is set in .env only, which Railway does not see; set it on the service", err=True)
    for name in railway.only_in_railway_json(deploy, os.environ):
        click.echo(f"  {name} is set by railway.json only, which new services do not read", err=True)


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
            end(engine)


def _watch(server: "subprocess.Popen[bytes]", engine: "subprocess.Popen[str] | None") -> None:
    """Return when the server has ended. Raises ClickException when the local model ends before it."""
    while server.poll() is None:
        if engine is not None and engine.poll() is not None:
            raise click.ClickException(f"the local model ended (status {engine.returncode}); stopping")
        time.sleep(0.2)


def _stop(*_: object) -> None:
    click.echo("Stopping; turns in progress are being answered. Once more to stop at once.", err=True)
    raise Stopped


if __name__ == "__main__":
    main()
