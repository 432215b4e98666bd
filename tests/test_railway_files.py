"""Procfile, railway.json and .python-version against what Railway does with them."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

from app.settings import CX_LIMIT_S, GRACEFUL_S
from scripts.checkup.railway import DRAINING_ADVICE, OVERLAP_ADVICE
from scripts.web_process import procfile_command

ROOT = Path(__file__).parents[1]
_STARTS_WITHIN_S = 60  # healthcheckTimeout: what Railway waits for the first 200


def test_the_procfile_is_one_line_of_yaml() -> None:
    """Railpack reads it as YAML, and starts the one process called web; the port is Railway's to choose."""
    read = yaml.safe_load((ROOT / "Procfile").read_text())

    assert list(read) == ["web"]
    assert "PORT" not in read["web"]
    assert read["web"].split() == procfile_command(ROOT / "Procfile")


def test_railways_times_fit_the_servers() -> None:
    """A turn ends before gunicorn gives up, gunicorn before Railway kills; the doctor advises what the file says."""
    deploy = json.loads((ROOT / "railway.json").read_text())["deploy"]

    assert CX_LIMIT_S < GRACEFUL_S < deploy["drainingSeconds"]
    assert (deploy["drainingSeconds"], deploy["overlapSeconds"]) == (DRAINING_ADVICE, OVERLAP_ADVICE)
    assert deploy["healthcheckTimeout"] == _STARTS_WITHIN_S


def test_railway_json_leaves_the_start_to_the_procfile() -> None:
    """A startCommand there was seen to pass $PORT unexpanded."""
    deploy = json.loads((ROOT / "railway.json").read_text())["deploy"]

    assert "startCommand" not in deploy
    assert deploy["healthcheckPath"] == "/healthz"


def test_the_builder_is_the_one_that_reads_these_files() -> None:
    """Railpack finds Python by requirements.txt and the start by the Procfile; another one would not."""
    railway = json.loads((ROOT / "railway.json").read_text())

    assert railway["build"] == {"builder": "RAILPACK"}
    assert railway["deploy"]["restartPolicyType"] == "ON_FAILURE"
    assert (ROOT / "requirements.txt").exists()


def test_the_pinned_python_is_the_one_that_is_checked() -> None:
    """.python-version, what pyproject.toml allows, what mypy and ruff judge by."""
    pinned = (ROOT / ".python-version").read_text().strip()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert pinned in SpecifierSet(project["project"]["requires-python"])
    assert project["tool"]["mypy"]["python_version"] == pinned
    assert project["tool"]["ruff"]["target-version"] == "py" + pinned.replace(".", "")


@contextmanager
def _service(folder: Path) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Run the Procfile's line with a service's variables, and nothing in .env."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    variables = {
        "PORT": str(port),
        "RAILWAY_ENVIRONMENT_NAME": "production",
        "RAILWAY_PUBLIC_DOMAIN": "example.up.railway.app",
        "OPENAI_API_KEY": "only-for-tests",
        "MODEL": "m",
        "WEBHOOK_USERNAME": "dialogflow",
        "WEBHOOK_PASSWORD": "only-for-tests",
    }
    command = [sys.executable, "-m", *procfile_command(ROOT / "Procfile")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield port, process
        finally:
            process.terminate()


def _health(port: int) -> tuple[int, bytes]:
    """Ask as Railway's health check does, from its own host name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "healthcheck.railway.app"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _first_health(port: int) -> tuple[int, bytes]:
    until = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            return _health(port)
        except OSError:
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.1)


def test_a_service_starts_as_railway_wants_it(tmp_path: Path) -> None:
    """On every address and the given port; 200 for the health check; logs are JSON lines on stdout, none on stderr."""
    with _service(tmp_path) as (port, process):
        health = _first_health(port)
        process.terminate()
        out, err = process.communicate(timeout=45)

    lines = [json.loads(line) for line in out.splitlines()]
    assert health == (200, b'{"status":"ok"}')
    assert f"http://0.0.0.0:{port}" in out
    assert len(lines) > 2
    assert err == ""
    assert process.returncode == 0
