"""A last look before deploying: the Procfile's line with Railway's variables, and nothing of this machine's own."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from scripts import railway
from scripts.railway import Deploy
from tests.conftest import es_request
from tests.gunicorns import free_port, post
from tests.loopback import loopback, stream

ROOT = Path(__file__).parents[1]
OWN = {"WEBHOOK_USERNAME": "u", "WEBHOOK_PASSWORD": "p", "MODEL": "m"}


def test_the_service_has_railways_variables_and_its_own() -> None:
    """Of this machine only what the webhook reads goes along."""
    given = {"PATH": "/bin", "MODEL": "m", "EDITOR": "vi", "WEBHOOK_URL": ""}

    had = railway.variables(given, Deploy(draining_s=40, overlap_s=20), 8123, "abc")

    assert {"EDITOR", "WEBHOOK_URL"} & set(had) == set()
    assert (had["PORT"], had["MODEL"], had["RAILWAY_GIT_COMMIT_SHA"]) == ("8123", "m", "abc")
    assert had["RAILWAY_ENVIRONMENT_NAME"] == "production"
    assert railway.draining_s(had) == 40


def test_a_variable_stands_above_railway_json() -> None:
    """As on Railway, where the variable is what remains of the two."""
    given = {"RAILWAY_DEPLOYMENT_DRAINING_SECONDS": "7"}

    assert railway.draining_s(railway.variables(given, Deploy(draining_s=40), 1, "")) == 7


def test_without_railway_json_there_is_no_draining(tmp_path: Path) -> None:
    """Railway's default: killed at once."""
    assert railway.read_deploy(tmp_path / "railway.json") == Deploy("/", 300, 0, 0)
    assert railway.read_deploy(ROOT / "railway.json") == Deploy("/healthz", 60, 40, 20)


def test_what_only_dotenv_sets_is_named() -> None:
    """Those are forgotten most often."""
    dotenv = {"MODEL": "m", "openai_api_key": "k", "PORT": "1", "WEBHOOK_URL": None}

    assert railway.only_in_dotenv(dotenv, {"MODEL": "n", "PORT": "2"}) == ["OPENAI_API_KEY"]


def test_what_only_railway_json_sets_is_named() -> None:
    """A new service would be without it; a variable, whatever it says, is the service's own word."""
    deploy = Deploy(draining_s=40, overlap_s=20)

    assert railway.only_in_railway_json(deploy, {"RAILWAY_DEPLOYMENT_DRAINING_SECONDS": "7"}) == [
        "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS"
    ]
    assert railway.only_in_railway_json(Deploy(), {}) == []


def test_only_deployed_files_are_copied(tmp_path: Path) -> None:
    """What git ignores stays behind; what is not yet committed goes along, as with `railway up`."""
    repository, copy = tmp_path / "repository", tmp_path / "copy"
    (repository / "app").mkdir(parents=True)
    for name in ("Procfile", "app/new.py", ".env"):
        (repository / name).write_text(name)
    (repository / ".gitignore").write_text(".env\n")
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)

    railway.copy_deployed(repository, copy)

    copied = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
    assert copied == [".gitignore", "Procfile", "app/new.py"]


def test_outside_a_repository_it_says_so(tmp_path: Path) -> None:
    """Railway deploys from git, so there is nothing to look at."""
    with pytest.raises(railway.NotDeployable, match="no git repository"):
        railway.commit_of(tmp_path)


def start(python: str, folder: Path, port: int, **variables: str) -> "subprocess.Popen[str]":
    """Run scripts/serve's program in a folder that has a .env of its own."""
    (folder / ".env").write_text("LOG_LEVEL=DEBUG\nMODEL=from-dotenv\n")
    command = [python, "-m", "scripts.launch", "--as-railway", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Return the output up to a line with the words, or to its end."""
    read = ""
    for line in process.stdout or ():
        read += line
        if words in line:
            break
    return read


def test_the_procfiles_line_runs_as_it_would_there(python: str, tmp_path: Path) -> None:
    """It answers, sees nothing of .env, lets a turn in progress finish, and ends."""
    port = free_port()
    with loopback(stream("I hear you.")) as upstream:
        process = start(python, tmp_path, port, OPENAI_BASE_URL=upstream.base_url, **OWN)
        output = read_until(process, "The webhook is ready")
        status, _ = post(port, es_request("hi"), {"Authorization": "Basic dTpw"})
        refused, _ = post(port, es_request("hi"))
        process.send_signal(signal.SIGTERM)
        output += process.communicate(timeout=45)[0]

    assert "As on Railway: gunicorn --config python:app.gunicorn_config, stopped with 40 s of draining" in output
    assert "LOG_LEVEL is set in .env only" in output
    assert "RAILWAY_DEPLOYMENT_DRAINING_SECONDS is set by railway.json only" in output
    assert "Listening at: http://0.0.0.0:" in output
    assert (status, refused, upstream.requests[0]["model"]) == (200, 401, "m")
    assert (process.returncode, "killed" in output) == (0, False)


def test_a_server_open_to_anybody_does_not_start(python: str, tmp_path: Path) -> None:
    """As there, production without authentication ends at once and says why."""
    process = start(python, tmp_path, free_port(), OPENAI_BASE_URL="http://127.0.0.1:1/v1", MODEL="m")

    output, _ = process.communicate(timeout=45)

    assert process.returncode != 0
    assert "anybody could call this server" in output
