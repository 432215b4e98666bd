"""What Google may answer instead: each is named with what to do, and only what is safe is tried again."""

from pathlib import Path

import grpc
import pytest

from tests.agents.running import CX, ES, URL, backup, es_state, run
from tests.google_cloud.cloud import Cloud
from tests.google_cloud.refusals import Refusal, denied
from tests.google_cloud.seeds import PROJECT

_DENIED = denied("dialogflow.fulfillments.update", "projects/my-project/agent")
_AWAY = Refusal(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")
_QUOTA = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "Quota exceeded for quota metric 'All requests'.", "RATE_LIMIT")
_OFF = Refusal(
    grpc.StatusCode.PERMISSION_DENIED,
    "Dialogflow API has not been used in project my-project before or it is disabled.",
    "SERVICE_DISABLED",
)
_NO_QUOTA_PROJECT = Refusal(grpc.StatusCode.PERMISSION_DENIED, "The API requires a quota project.", "")
_UNKNOWN_CALLER = Refusal(grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials.", "")
_ODD = Refusal(grpc.StatusCode.FAILED_PRECONDITION, "The agent is being\ntrained.")

_GRANT = (
    "gcloud projects add-iam-policy-binding my-project --member=user:emulator@example.com --role=roles/dialogflow.admin"
)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (_DENIED, ("emulator@example.com lacks the role roles/dialogflow.admin in project my-project", _GRANT)),
        (_OFF, ("https://console.cloud.google.com/apis/library/dialogflow.googleapis.com?project=my-project",)),
        (_NO_QUOTA_PROJECT, ("gcloud auth application-default set-quota-project my-project",)),
        (_UNKNOWN_CALLER, ("Google does not know who calls", "gcloud auth application-default login")),
        (_QUOTA, ("the project's quota is used up (Quota exceeded", "/quotas?project=my-project")),
        (_AWAY, ("Google is not available (The service is currently unavailable.)", "it goes on where it stood")),
        (_ODD, ("Google refused the call (FailedPrecondition): The agent is being trained.",)),
    ],
    ids=["denied", "API off", "quota project", "unauthenticated", "quota", "unavailable", "other"],
)
@pytest.mark.parametrize(("method", "words"), [("UpdateFulfillment", ES), ("CreateWebhook", CX)], ids=["es", "cx"])
def test_a_refusal_says_what_to_do(
    cloud: Cloud, method: str, words: tuple[str, ...], refusal: Refusal, expected: tuple[str, ...]
) -> None:
    """Whatever Google refuses for, the message names it and the next step, without a trace."""
    cloud.fail(method, refusal, times=1_000)

    result = run(cloud, *words, "--yes")

    assert result.exit_code == 1
    assert all(part in result.output for part in expected), result.output
    assert "Traceback" not in result.output


def test_somebody_elses_project(cloud: Cloud) -> None:
    """Google tells a wrong project by denying, so the message names both causes."""
    result = run(cloud, "es", "--project", "somebody-elses", "--webhook-url", URL, "--dry-run")

    assert result.exit_code == 1
    assert "or there is no such project (gcloud projects list shows yours)" in result.output


def test_a_project_without_an_agent(cloud: Cloud) -> None:
    """A project without an agent is told from one that is not there, with the place where agents are made."""
    cloud.es.agent = None

    result = run(cloud, *ES, "--dry-run")

    assert result.exit_code == 1
    assert f"there is no Dialogflow ES agent in project {PROJECT}, location global" in result.output
    assert "https://dialogflow.cloud.google.com" in result.output


def test_an_agent_in_a_region(cloud: Cloud) -> None:
    """An agent is looked for in the region that was named."""
    result = run(cloud, *CX, "--location", "europe-west3")

    assert result.exit_code == 1
    assert "location europe-west3; there is none at all: is --location right?" in result.output


@pytest.mark.parametrize("method", ["GetAgent", "ListIntents", "ExportAgent", "UpdateFulfillment", "UpdateIntent"])
@pytest.mark.parametrize("refusal", [_AWAY, _QUOTA], ids=["unavailable", "quota"])
def test_what_is_safe_is_tried_again(cloud: Cloud, method: str, refusal: Refusal) -> None:
    """Reading, exporting and updating survive a short outage, which is said on stderr."""
    cloud.fail(method, refusal, times=2)

    result = run(cloud, *ES, "--yes")

    assert result.exit_code == 0, result.output
    assert result.stderr.count("trying again") == 2


def test_creating_is_not_tried_again_after_an_outage(cloud: Cloud) -> None:
    """Nobody knows whether it was done; the next run looks, and does what is left."""
    cloud.fail("CreateIntent", _AWAY)

    first = run(cloud, *ES, "--yes")
    tries = [method for method in cloud.writes if method == "CreateIntent"]
    second = run(cloud, *ES, "--yes")

    assert (first.exit_code, tries) == (1, ["CreateIntent"])
    assert second.exit_code == 0, second.output
    assert "There is nothing to do" in run(cloud, *ES).stdout


@pytest.mark.parametrize("words", [ES, CX], ids=["es", "cx"])
def test_no_call_is_waited_for_without_end(cloud: Cloud, words: tuple[str, ...]) -> None:
    """Each call to Google has a limit, also those of a restore and of the smoke test."""
    run(cloud, *words, "--yes")
    run(cloud, *words, "--yes", "--restore", backup())
    run(cloud, "test", words[0], "--project", PROJECT, "--agent", "Listener")

    assert max(cloud.waits) < 75


def test_without_a_backup_nothing_is_changed(cloud: Cloud) -> None:
    """When the export fails, no write follows."""
    before = es_state(cloud)
    cloud.fail("ExportAgent", _DENIED)

    result = run(cloud, *ES, "--yes")

    assert (result.exit_code, es_state(cloud), cloud.writes) == (1, before, [])


def test_where_no_backup_can_be_kept_nothing_is_changed(cloud: Cloud) -> None:
    """A full disk, or a file where the folder should be: said without a traceback, before the first write."""
    Path(".data").mkdir()
    Path(".data/agents").touch()

    result = run(cloud, *ES, "--yes")

    assert (result.exit_code, cloud.writes) == (1, [])
    assert "Error: no backup can be kept in .data/agents" in result.output
    assert "so nothing was changed" in result.output


def test_a_write_that_does_not_stick_is_noticed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Google takes a change and keeps the old state: that ends with words, not in a loop."""
    monkeypatch.setattr("tests.google_cloud.es_services.updated", lambda stored, given, paths: stored)

    result = run(cloud, *ES, "--yes")

    assert result.exit_code == 1
    assert "Google took the change of fulfillment (URL) and did not keep it" in result.output
    assert cloud.writes == ["UpdateFulfillment"]
