"""What Railway gives a web process, for a last look on this machine before deploying.

It runs the Procfile's line in a copy of the files that are deployed: no .env, no .venv, nothing that git ignores. Of
the variables here, only those that the webhook reads go along, as if they were set on the service. ("Variables",
"Healthchecks" and "Deployment teardown" of Railway's documentation, read 2026-11.)
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings

HEALTH_HOST = "healthcheck.railway.app"

_DRAINING = "RAILWAY_DEPLOYMENT_DRAINING_SECONDS"
_OVERLAP = "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS"
_SYSTEM = ("PATH", "HOME", "LANG", "TMPDIR", "GUNICORN_CMD_ARGS")


class NotDeployable(Exception):
    """The files that would be deployed cannot be told; the message says why."""


@dataclass(frozen=True, slots=True)
class Deploy:
    """railway.json's part about deploying. Its times are seconds; without the file, Railway's own defaults."""

    health_path: str = "/"
    health_s: int = 300
    draining_s: int = 0
    overlap_s: int = 0


def read_deploy(railway_json: Path) -> Deploy:
    """Return what railway.json asks for; Railway reads it until 2026-12-01."""
    if not railway_json.exists():
        return Deploy()
    deploy = json.loads(railway_json.read_text()).get("deploy", {})
    return Deploy(
        health_path=deploy.get("healthcheckPath", "/"),
        health_s=deploy.get("healthcheckTimeout", 300),
        draining_s=deploy.get("drainingSeconds", 0),
        overlap_s=deploy.get("overlapSeconds", 0),
    )


def variables(environment: Mapping[str, str], deploy: Deploy, port: int, commit: str) -> dict[str, str]:
    """Return the whole environment of the web process: Railway's own variables, then the service's."""
    own = {name.upper() for name in Settings.model_fields} | {"OPENAI_KEY"}
    service = {name: value for name, value in environment.items() if name in own and value}
    system = {name: environment[name] for name in _SYSTEM if name in environment}
    railway = {
        "PORT": str(port),
        "RAILWAY_ENVIRONMENT_NAME": "production",
        "RAILWAY_PROJECT_NAME": "simulated",
        "RAILWAY_SERVICE_NAME": "webhook",
        "RAILWAY_PUBLIC_DOMAIN": "webhook.example.up.railway.app",
        "RAILWAY_DEPLOYMENT_ID": str(uuid.uuid4()),
        "RAILWAY_REPLICA_ID": str(uuid.uuid4()),
        "RAILWAY_GIT_COMMIT_SHA": commit,
        _DRAINING: environment.get(_DRAINING, str(deploy.draining_s)),
        _OVERLAP: environment.get(_OVERLAP, str(deploy.overlap_s)),
    }
    path = os.pathsep.join((str(Path(sys.executable).parent), environment.get("PATH", os.defpath)))
    return {**system, "PATH": path, **service, **railway}


def draining_s(environment: Mapping[str, str]) -> float:
    """Return how long a stopped process may go on before it is killed."""
    return float(environment.get(_DRAINING) or 0)


def only_in_dotenv(dotenv: Mapping[str, object], environment: Mapping[str, str]) -> list[str]:
    """Return the variables that .env sets and the environment does not: they would be missing on Railway."""
    return sorted(name.upper() for name, value in dotenv.items() if value and not environment.get(name.upper()))


def only_in_railway_json(deploy: Deploy, environment: Mapping[str, str]) -> list[str]:
    """Return the variables in whose place railway.json speaks: new services do not read it."""
    said = {_DRAINING: deploy.draining_s, _OVERLAP: deploy.overlap_s}
    return [name for name, seconds in said.items() if seconds and not environment.get(name)]


def copy_deployed(root: Path, folder: Path) -> None:
    """Copy what `railway up` would send: all that git does not ignore. Raises NotDeployable outside a repository."""
    listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)


def commit_of(root: Path) -> str:
    """Return the commit that is checked out. Raises NotDeployable outside a repository."""
    return _git(root, "rev-parse", "HEAD").strip()


def _git(root: Path, *words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S607 - the user's own git
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotDeployable(f"{root} is no git repository that can be read; Railway deploys from one") from error
