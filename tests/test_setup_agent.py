"""The command: its options, its questions, its smoke test."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from google.rpc.status_pb2 import Status

from scripts.setup_agent import main
from tests.agents.running import CX, ES, ID_TOKEN, URL, run
from tests.google_cloud.cloud import Cloud, serving
from tests.google_cloud.seeds import PROJECT

_TEST_ES = ("test", "es", "--project", PROJECT)
_TEST_CX = ("test", "cx", "--project", PROJECT, "--agent", "Listener")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.chdir(tmp_path)
    with serving() as cloud:
        yield cloud


@pytest.mark.parametrize("command", ["es", "cx", "test"])
def test_the_help_ends_with_an_example_that_runs(cloud: Cloud, command: str) -> None:
    """The last line of each help is a command that this program takes."""
    example = CliRunner().invoke(main, [command, "--help"]).output.strip().splitlines()[-1]
    words = shlex.split(example)

    assert words[:3] == ["python", "-m", "scripts.setup_agent"]
    result = run(cloud, *words[3:], **ID_TOKEN, WEBHOOK_USERNAME="u", WEBHOOK_PASSWORD="p")
    assert result.exit_code < 2, result.output


@pytest.mark.parametrize(
    ("words", "settings", "expected"),
    [
        (("es", "--project", "My Project"), {}, '"My Project" is no project id'),
        (("es", "--project", "123456789012"), {}, "are not the project's name or number"),
        (("es", "--project", PROJECT), {}, "give --webhook-url https://YOUR-HOST/webhook, or set WEBHOOK_URL"),
        ((*ES[:-1], "http://joy.example.com/webhook"), {}, "Dialogflow calls nothing but https"),
        ((*ES[:-1], "https://joy.example.com/"), {}, "must look like https://YOUR-HOST/webhook"),
        ((*ES[:-1], "https://joy.example.com/webhook/"), {}, "must look like https://YOUR-HOST/webhook"),
        ((*ES[:-1], "https://[joy.example.com/webhook"), {}, "must look like https://YOUR-HOST/webhook"),
        ((*ES[:-1], "https://YOUR-HOST/webhook"), {}, "cannot reach your-host; give its public name"),
        ((*ES[:-1], "https://127.0.0.1:8080/webhook"), {}, "cannot reach 127.0.0.1"),
        ((*ES[:-1], "https://joy.railway.internal/webhook"), {}, "cannot reach joy.railway.internal"),
        ((*ES[:-1], "https://me:pass@joy.example.com/webhook"), {}, "must look like https://YOUR-HOST/webhook"),
        ((*ES, "--persona", "joyy"), {}, 'no persona "joyy"; there are interviewer, joy, superhero, support'),
        (ES, {"WEBHOOK_USERNAME": ""}, "anybody could call the webhook: set WEBHOOK_USERNAME"),
        (("test", "cx", "--project", PROJECT), {}, "CX needs --agent"),
        (CX[:-2], {}, "Missing option '--agent'"),
    ],
)
def test_used_wrongly(cloud: Cloud, words: tuple[str, ...], settings: dict[str, str], expected: str) -> None:
    """What can never work ends with 2, says why, and writes nothing."""
    result = run(cloud, *words, **settings)

    assert (result.exit_code, cloud.writes) == (2, [])
    assert expected in " ".join(result.output.split())


def test_half_a_password_is_the_settings_fault(cloud: Cloud) -> None:
    """Settings that the server would not start with are refused in its words."""
    result = run(cloud, *ES, WEBHOOK_USERNAME="only")

    assert result.exit_code == 1
    assert "WEBHOOK_USERNAME and WEBHOOK_PASSWORD go together" in result.output


def test_where_nobody_can_be_asked_nothing_is_done(cloud: Cloud) -> None:
    """Without a terminal and without --yes the plan is shown and that is all."""
    result = run(cloud, *ES)

    assert (result.exit_code, cloud.writes) == (1, [])
    assert URL in result.stdout
    assert "run it again with --yes" in result.stderr


def test_json_stands_alone(cloud: Cloud) -> None:
    """With --json stdout is one document: what was changed, where the backup is."""
    said = json.loads(run(cloud, *ES, "--yes", "--json").stdout)

    assert (said["agent"], said["done"], len(said["changes"])) == (f"projects/{PROJECT}/agent", True, 10)
    assert Path(said["backup"]).exists()


@pytest.mark.parametrize(("set_up", "test"), [(ES, _TEST_ES), (CX, _TEST_CX)], ids=["es", "cx"])
def test_a_set_up_agent_passes_the_smoke_test(cloud: Cloud, set_up: tuple[str, ...], test: tuple[str, ...]) -> None:
    """Before the set-up the webhook is not called, and that is what the test says; after it, it answers."""
    before = run(cloud, *test)
    run(cloud, *set_up, "--yes")
    after = run(cloud, *test)

    assert (before.exit_code, after.exit_code) == (1, 0)
    assert "the webhook was not called: the agent answered by itself" in before.output
    assert after.stdout.startswith("The webhook answered in ")
    assert after.stdout.endswith(": A line from the webhook.\n")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("somebody", 'another webhook answered (its source is "somebody")'),
        ("", 'another webhook answered (its source is "")'),
        ("fallback", "the webhook answered, and its model did not: open /readyz"),
    ],
)
def test_who_spoke_is_looked_at(cloud: Cloud, source: str, problem: str) -> None:
    """An answer in time that is not this server's, or not the model's, does not pass the smoke test."""
    run(cloud, *ES, "--yes")
    cloud.es.webhook_source = source

    result = run(cloud, *_TEST_ES)

    assert result.exit_code == 1
    assert problem in result.output


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (Status(code=4, message="Webhook call failed. Error: DEADLINE_EXCEEDED."), "the answer came too late"),
        (Status(code=14, message="State: URL_UNREACHABLE, Reason: UNREACHABLE_5xx, HTTP status code: 500."), "is down"),
        (Status(code=16, message="State: URL_REJECTED, HTTP status code: 401."), "the credentials differ"),
        (Status(code=5, message="State: URL_NOT_FOUND, HTTP status code: 404."), "the URL leads nowhere"),
        (Status(code=3, message="Error: Failed to parse webhook JSON response: Cannot find field."), "cannot read"),
        (Status(code=13), "(code 13): the server's log"),
    ],
    ids=["late", "down", "refused", "nowhere", "unreadable", "other"],
)
@pytest.mark.parametrize(("set_up", "test"), [(ES, _TEST_ES), (CX, _TEST_CX)], ids=["es", "cx"])
def test_a_failing_webhook_is_told_by_its_cause(
    cloud: Cloud, set_up: tuple[str, ...], test: tuple[str, ...], status: Status, advice: str
) -> None:
    """The smoke test says how the webhook failed, in Google's words, and what to do."""
    run(cloud, *set_up, "--yes")
    cloud.es.webhook_status = cloud.cx.webhook_status = status

    result = run(cloud, *test, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False
    assert advice in result.stderr
