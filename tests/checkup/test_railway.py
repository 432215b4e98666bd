"""What Railway has to be told: draining, overlap, an address, a store that lasts, one store for replicas."""

from datetime import date

import pytest
from click.testing import CliRunner

from scripts.checkup.case import Wish
from scripts.checkup.railway import check_railway
from scripts.doctor import main
from tests.checkup.cases import case_of, said
from tests.checkup.setups import GOOD

SERVICE = {
    **GOOD,
    "RAILWAY_ENVIRONMENT_NAME": "production",
    "RAILWAY_PUBLIC_DOMAIN": "joy.up.railway.app",
    "RAILWAY_DEPLOYMENT_DRAINING_SECONDS": "40",
    "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS": "20",
    "REDIS_URL": "redis://default:tests-only-1@redis.railway.internal:6379",
}
_NOT_WITH_A_VOLUME = ("REDIS_URL", "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS")  # a volume is for one deployment at a time
VOLUME = {name: value for name, value in SERVICE.items() if name not in _NOT_WITH_A_VOLUME} | {
    "RAILWAY_VOLUME_MOUNT_PATH": "/data"
}
DECEMBER = date(2026, 12, 1)
BY_HAND = "Variables, New Variable: RAILWAY_DEPLOYMENT_"


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in SERVICE.items() if name not in names}


@pytest.mark.parametrize("variables", [SERVICE, {**VOLUME, "SESSIONS_PATH": "/data/sessions.sqlite3"}])
def test_a_service_that_is_told_everything_is_well(variables: dict[str, str]) -> None:
    """Redis, or the file on a volume: either outlives a deploy."""
    assert said(check_railway, case_of(variables)) == [
        ("ok", "Railway", "draining, overlap, domain and store are as they should be", "")
    ]


FAULTS = {
    "no draining": (
        without("RAILWAY_DEPLOYMENT_DRAINING_SECONDS"),
        *("warning", "RAILWAY_DEPLOYMENT_DRAINING_SECONDS is not set: a deploy cuts off turns in progress"),
        BY_HAND + "DRAINING_SECONDS=40",
    ),
    "draining shorter than the longest turn": (
        SERVICE | {"RAILWAY_DEPLOYMENT_DRAINING_SECONDS": "35"},
        *("warning", "RAILWAY_DEPLOYMENT_DRAINING_SECONDS is 35: a deploy cuts off turns in progress"),
        BY_HAND + "DRAINING_SECONDS=40",
    ),
    "no overlap": (
        without("RAILWAY_DEPLOYMENT_OVERLAP_SECONDS"),
        *("warning", "RAILWAY_DEPLOYMENT_OVERLAP_SECONDS is not set: nobody answers between two deploys"),
        BY_HAND + "OVERLAP_SECONDS=20",
    ),
    "no address": (
        without("RAILWAY_PUBLIC_DOMAIN"),
        *("warning", "the service has no public address", "Settings, Networking, Generate Domain"),
    ),
    "closed to the edge": (
        SERVICE | {"HOST": "127.0.0.1"},
        *("failed", "HOST lets only the container itself in", "take HOST out; Railway needs every address"),
    ),
    "a model on no machine": (
        SERVICE | {"OPENAI_BASE_URL": "http://127.0.0.1:8090/v1"},
        *("failed", "OPENAI_BASE_URL leads into the container, where no model runs"),
        "set OPENAI_API_KEY, or the address of an engine in a service of its own",
    ),
    "a store that a deploy takes away": (
        without("REDIS_URL"),
        *(
            "warning",
            "conversations, and who was at risk in them, are kept in the container: every deploy forgets them",
        ),
        "add Redis, and set REDIS_URL=${{Redis.REDIS_URL}}",
    ),
    "a volume that is not used": (
        VOLUME,
        *(
            "warning",
            "conversations, and who was at risk in them, are kept in the container: every deploy forgets them",
        ),
        "set SESSIONS_PATH=/data/sessions.sqlite3",
    ),
}


@pytest.mark.parametrize(("variables", "status", "message", "fix"), FAULTS.values(), ids=FAULTS)
def test_each_omission_is_named_once(variables: dict[str, str], status: str, message: str, fix: str) -> None:
    """What it costs, and where it is set."""
    assert said(check_railway, case_of(variables, today=DECEMBER)) == [(status, "Railway", message, fix)]


def test_replicas_need_one_store() -> None:
    """Railway does not tell how many there are, so the command is told."""
    variables = {**VOLUME, "SESSIONS_PATH": "/data/sessions.sqlite3"}

    assert [line[0] for line in said(check_railway, case_of(variables, wish=Wish(replicas=3)))] == ["failed"]
    assert [line[0] for line in said(check_railway, case_of(SERVICE, wish=Wish(replicas=3)))] == ["ok"]


def test_railway_json_counts_while_it_is_read() -> None:
    """Until December the file may say what the variables do not; the line tells so."""
    variables = without("RAILWAY_DEPLOYMENT_DRAINING_SECONDS")

    assert "railway.json says it until 2026-12-01" in said(check_railway, case_of(variables))[0][2]


def test_it_looks_only_at_services_of_railway() -> None:
    """Elsewhere the line says how to be judged."""
    assert said(check_railway, case_of(GOOD))[0][0] == "skipped"
    assert said(check_railway, case_of(GOOD, wish=Wish(is_railway=True)))[0][0] == "warning"


def test_railways_server_refuses_to_be_open() -> None:
    """With --railway the settings are refused here that would be refused there."""
    shown = CliRunner(env={"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "MODEL": "m"}).invoke(main, ["--railway"])

    assert "failed   settings  anybody could call this server\n" in shown.stdout
