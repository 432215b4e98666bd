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


@pytest.mark.parametrize(
    ("agent", "target", "more", "command"),
    [("", "fulfillment", 5, ES_COMMAND), ("Listener", 'webhook "Persona webhook"', 6, CX_COMMAND)],
    ids=["es", "cx"],
)
def test_a_new_agent_calls_nobody(cloud: Cloud, agent: str, target: str, more: int, command: str) -> None:
    """One line for all that is missing, and one for what an agent can do without."""
    lines = look(cloud, agent)

    message = f"{target}: URL is none, and should be {URL} ({more} more with it)"
    assert lines[0] == ("failed", "agent", message, command)
    assert [line[0] for line in lines[1:]] == ["warning"]
    assert lines[1][2].startswith("setup_agent would also change ")
    assert lines[1][3] == f"to see it: {command} --dry-run"


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
