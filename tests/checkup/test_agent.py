"""The agent against what it should be, read from a cloud of our own: where it calls, as whom, and from where."""

from collections.abc import Callable, Iterator

import pytest
from google.cloud import dialogflow_v2 as es

from scripts.agents import retrying
from scripts.checkup.case import Agent, Wish
from scripts.checkup.registry import check_agent
from tests.agents.running import BASIC, CX, ES, PASSWORD, URL, run
from tests.checkup.cases import case_of, said
from tests.checkup.setups import Line
from tests.google_cloud.cloud import Cloud, serving
from tests.google_cloud.refusals import denied
from tests.google_cloud.seeds import PROJECT

OTHER_URL = "https://old.example.com/webhook"
ES_COMMAND = f"python -m scripts.setup_agent es --project {PROJECT} --webhook-url {URL}"
CX_COMMAND = f"python -m scripts.setup_agent cx --project {PROJECT} --agent Listener --webhook-url {URL}"
WELL = ("ok", "agent", f"calls {URL} with the credentials that are set here", "")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setattr(retrying, "_GIVE_UP_S", 0.2)
    with serving() as cloud:
        for name, value in {**BASIC, "OPENAI_API_KEY": "k", "DIALOGFLOW_EMULATOR_HOST": cloud.address}.items():
            monkeypatch.setenv(name, value)
        yield cloud


def look(cloud: Cloud, agent: str = "", url: str = URL) -> list[Line]:
    """Return what the doctor says of an agent: the project's ES agent, or a CX agent by name."""
    outside = {**BASIC, "DIALOGFLOW_EMULATOR_HOST": cloud.address}
    return said(check_agent, case_of(outside, wish=Wish(url=url, agent=Agent(PROJECT, "global", agent))))


@pytest.mark.parametrize(("words", "agent"), [(ES, ""), (CX, "Listener")], ids=["es", "cx"])
def test_an_agent_that_was_set_up_is_well(cloud: Cloud, words: tuple[str, ...], agent: str) -> None:
    """setup_agent and the doctor agree; looking changes nothing."""
    assert run(cloud, *words, "--yes").exit_code == 0
    writes = list(cloud.writes)

    assert look(cloud, agent) == [WELL]
    assert cloud.writes == writes


def test_a_new_es_agent_lacks_everything(cloud: Cloud) -> None:
    """A line for each thing without which no turn arrives, one for what an agent can do without."""
    lines = look(cloud)

    assert [line[2] for line in lines if line[0] == "failed"] == [
        f"fulfillment: URL is none, and should be {URL}",
        "fulfillment: user name is none, and should be dialogflow",
        "fulfillment: password is none, and should be as in .env",
        "fulfillment: webhook is off, and should be on",
        'intent "Willkommen": webhook call is off, and should be on',
        'intent "Rückfrage": webhook call is off, and should be on',
    ]
    assert {line[3] for line in lines if line[0] == "failed"} == {ES_COMMAND}
    assert lines[-1][0] == "warning"
    assert lines[-1][2].startswith('setup_agent would also change intent "WEBHOOK_FOLLOW_UP_1" (intent), ')
    assert lines[-1][3] == f"to see it: {ES_COMMAND} --dry-run"


def test_a_new_cx_agent_lacks_everything(cloud: Cloud) -> None:
    """The webhook, and the places in the flow that must call it."""
    lines = look(cloud, "Listener")

    assert {"event sys.no-match-default", 'webhook "Persona webhook"'} <= {line[2].partition(":")[0] for line in lines}
    assert {line[3] for line in lines if line[0] == "failed"} == {CX_COMMAND}


def _calls_elsewhere(cloud: Cloud) -> None:
    run(cloud, "es", "--project", PROJECT, "--webhook-url", OTHER_URL, "--yes")


def _has_another_password(cloud: Cloud) -> None:
    run(cloud, *ES, "--yes", **{**BASIC, "WEBHOOK_PASSWORD": "what it was before 1"})


def _is_off(cloud: Cloud) -> None:
    run(cloud, *ES, "--yes")
    cloud.es.fulfillment.enabled = False


def _answers_by_itself(cloud: Cloud) -> None:
    run(cloud, *ES, "--yes")
    cloud.es.intent("Rückfrage").webhook_state = es.Intent.WebhookState(0)


FAULTS: dict[str, tuple[Callable[[Cloud], None], str]] = {
    "another address": (_calls_elsewhere, f"fulfillment: URL is {OTHER_URL}, and should be {URL}"),
    "another password": (
        _has_another_password,
        "fulfillment: password is another one, and should be as in .env",
    ),
    "switched off": (_is_off, "fulfillment: webhook is off, and should be on"),
    "a fallback of its own": (_answers_by_itself, 'intent "Rückfrage": webhook call is off, and should be on'),
}


@pytest.mark.parametrize(("plant", "message"), FAULTS.values(), ids=FAULTS)
def test_what_keeps_turns_away_is_named_once(cloud: Cloud, plant: Callable[[Cloud], None], message: str) -> None:
    """With the command that mends it, and without anybody's password."""
    plant(cloud)

    assert look(cloud) == [("failed", "agent", message, ES_COMMAND)]
    assert PASSWORD not in str(look(cloud))


def test_who_may_not_look_is_told_the_role(cloud: Cloud) -> None:
    """A reader's role is enough."""
    cloud.fail("GetFulfillment", denied("dialogflow.fulfillments.get", "projects/my-project/agent"))

    line = look(cloud)[0]

    assert line[0] == "failed"
    assert "lacks the role roles/dialogflow.reader in project my-project" in line[2]
    assert line[3].endswith("--role=roles/dialogflow.reader")


def test_an_agent_that_is_not_there_is_named(cloud: Cloud) -> None:
    """With the agents that are."""
    line = look(cloud, "Nobody")[0]

    assert line[0] == "failed"
    assert 'no CX agent is called "Nobody"' in line[2]
    assert "Listener" in line[3]


def test_without_a_project_it_says_which_option_turns_it_on() -> None:
    """Nothing of Google's is asked."""
    how = "name its project with --project (a CX agent with --agent too)"

    assert said(check_agent, case_of()) == [("skipped", "agent", "which agent it is, is not known", how)]


def test_an_address_that_no_agent_can_call_is_not_looked_for(cloud: Cloud) -> None:
    """An agent calls nothing but https, so a server on this machine has none."""
    lines = look(cloud, url="http://127.0.0.1:8080/webhook")

    assert [line[0] for line in lines] == ["skipped"]
    assert "Dialogflow calls nothing but https" in lines[0][2]
    assert cloud.calls == []
