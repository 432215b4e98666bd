"""What Railway must be told by hand, judged by the variables that a service has there.

Railway gives a stopping server 0 s unless told otherwise, and no longer reads railway.json after 2026-12-01
("Deployment teardown", "Config as code", read 2026-11). A volume is for one deployment at a time ("Healthchecks", read
2026-11). How many replicas there are it does not tell a program.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from app.settings import GRACEFUL_S, Settings
from scripts.checkup.case import Case
from scripts.checkup.results import Result, failed, ok, skipped, warning

_CHECK = "Railway"
_DRAINING, _OVERLAP = "RAILWAY_DEPLOYMENT_DRAINING_SECONDS", "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS"
DRAINING_ADVICE, OVERLAP_ADVICE = GRACEFUL_S + 5, 20  # as in railway.json
_VOLUME = "RAILWAY_VOLUME_MOUNT_PATH"
_FILE_ENDS = date(2026, 12, 1)
_BY_HAND = "Variables, New Variable"


def check_railway(case: Case) -> Iterator[Result]:
    """Judge the variables of a service. `railway run` hands them to this command."""
    if not case.is_railway:
        where = "railway run python -m scripts.doctor, or --railway to judge these settings as if they were there"
        yield skipped(_CHECK, "these are not the settings of a service at Railway", where)
        return
    problems = [*_draining(case), *_overlap(case), *_domain(case), *_reachable(case), *_kept(case), *_replicas(case)]
    yield from problems or [ok(_CHECK, "draining, overlap, domain and store are as they should be")]


def _draining(case: Case) -> Iterator[Result]:
    seconds = _seconds(case, _DRAINING)
    if seconds is None or seconds <= GRACEFUL_S:
        said = f"{_DRAINING} is {'not set' if seconds is None else f'{seconds:g}'}: a deploy cuts off turns in progress"
        yield warning(_CHECK, said + _until(case.today), f"{_BY_HAND}: {_DRAINING}={DRAINING_ADVICE}")


def _overlap(case: Case) -> Iterator[Result]:
    """Look at the time in which both deployments answer; a volume is for one at a time, whatever is set."""
    seconds = _seconds(case, _OVERLAP)
    if _VOLUME not in case.environment and (seconds is None or seconds <= 0):
        said = f"{_OVERLAP} is {'not set' if seconds is None else '0'}: nobody answers between two deploys"
        yield warning(_CHECK, said + _until(case.today), f"{_BY_HAND}: {_OVERLAP}={OVERLAP_ADVICE}")


def _seconds(case: Case, name: str) -> float | None:
    """Return a number of seconds, None when it is not set or none."""
    value = case.environment.get(name, "")
    return float(value) if value.replace(".", "", 1).isdecimal() else None


def _until(today: date) -> str:
    return f" (railway.json says it until {_FILE_ENDS}, for services that used it before)" if today < _FILE_ENDS else ""


def _domain(case: Case) -> Iterator[Result]:
    if "RAILWAY_PUBLIC_DOMAIN" not in case.environment and case.url is None:
        yield warning(_CHECK, "the service has no public address", "Settings, Networking, Generate Domain")


def _reachable(case: Case) -> Iterator[Result]:
    host, base_url = case.environment.get("HOST", ""), case.environment.get("OPENAI_BASE_URL", "")
    if _is_inside(host):
        yield failed(_CHECK, "HOST lets only the container itself in", "take HOST out; Railway needs every address")
    if _is_inside(urlsplit(base_url).hostname or ""):
        said = "OPENAI_BASE_URL leads into the container, where no model runs"
        yield failed(_CHECK, said, "set OPENAI_API_KEY, or the address of an engine in a service of its own")


def _is_inside(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def _kept(case: Case) -> Iterator[Result]:
    """Conversations outlive a deploy on a volume or in Redis, and nowhere else."""
    volume = case.environment.get(_VOLUME)
    path = Path(case.environment.get("SESSIONS_PATH") or str(Settings.model_fields["sessions_path"].default))
    if "REDIS_URL" in case.environment or (volume and path.is_relative_to(volume)):
        return
    said = "conversations, and who was at risk in them, are kept in the container: every deploy forgets them"
    where = (
        f"set SESSIONS_PATH={volume}/sessions.sqlite3"
        if volume
        else "add Redis, and set REDIS_URL=${{Redis.REDIS_URL}}"
    )
    yield warning(_CHECK, said, where)


def _replicas(case: Case) -> Iterator[Result]:
    number = case.wish.replicas or 1
    if number > 1 and "REDIS_URL" not in case.environment:
        said = f"{number} replicas with a store each: a conversation is remembered by one and unknown to the others"
        yield failed(_CHECK, said, "set REDIS_URL=${{Redis.REDIS_URL}}, or keep one replica")
