"""The agent against what it should be: where it calls, as whom, and from where. No secret of either side is shown."""

from copy import deepcopy

import pytest
from google.cloud import dialogflow_v2 as es

from app.personas import load_personas
from scripts.agents.es_agent import EsAgent
from scripts.agents.es_plan import plan_es
from scripts.agents.wish import Basic, Wish
from scripts.checkup.agent import judge
from scripts.checkup.case import Agent
from scripts.checkup.case import Wish as Told
from scripts.checkup.registry import check_agent
from tests.checkup.cases import case_of, said
from tests.checkup.setups import PASSWORD, Line

URL = "https://joy.up.railway.app/webhook"
COMMAND = "python -m scripts.setup_agent es --project p-123456"
ON = es.Intent.WebhookState.WEBHOOK_STATE_ENABLED


def wished() -> Wish:
    joy = load_personas()["joy"]
    return Wish(URL, Basic("dialogflow", PASSWORD), joy, "joy", 5.0)


def connected() -> EsAgent:
    """Return an agent as setup_agent leaves it."""
    service = es.Fulfillment.GenericWebService(uri=URL, username="dialogflow", password=PASSWORD)
    chips = es.Intent.Message(payload={"richContent": [[{"type": "chips", "options": [{"text": "Hi"}]}]]})
    names = ("WEBHOOK_FOLLOW_UP_1", "WEBHOOK_FOLLOW_UP_2", "WEBHOOK_FOLLOW_UP_3")
    intents = (
        es.Intent(display_name="Hello", events=["WELCOME"], webhook_state=ON, messages=[chips]),
        es.Intent(display_name="Else", is_fallback=True, webhook_state=ON),
        *(es.Intent(display_name=name, events=[name], webhook_state=ON) for name in names),
    )
    agent = es.Agent(parent="projects/p-123456", default_language_code="en")
    return EsAgent(agent, es.Fulfillment(enabled=True, generic_web_service=service), intents)


def told(found: EsAgent) -> list[Line]:
    results = judge(plan_es(found, wished()), wished(), COMMAND)
    return [(result.status, result.check, result.message, result.fix) for result in results]


def test_an_agent_that_calls_this_webhook_is_well() -> None:
    """With these credentials, from its welcome and its fallback."""
    assert told(connected()) == [("ok", "agent", f"calls {URL} with the credentials that are set here", "")]


def _elsewhere(found: EsAgent) -> None:
    found.fulfillment.generic_web_service.uri = "https://user:secret@old.example.org/webhook"


def _other_password(found: EsAgent) -> None:
    found.fulfillment.generic_web_service.password = "what-it-was-before"


def _off(found: EsAgent) -> None:
    found.fulfillment.enabled = False


def _fallback_answers_itself(found: EsAgent) -> None:
    found.intents[1].webhook_state = es.Intent.WebhookState(0)


FAULTS = {
    "another address": (
        _elsewhere,
        f"fulfillment: URL is https://old.example.org/webhook, and should be {URL}",
    ),
    "another password": (_other_password, "fulfillment: password is another one, and should be as in .env"),
    "switched off": (_off, "fulfillment: webhook is off, and should be on"),
    "a fallback of its own": (_fallback_answers_itself, 'intent "Else": webhook call is off, and should be on'),
}


@pytest.mark.parametrize(("plant", "message"), FAULTS.values(), ids=FAULTS)
def test_what_keeps_turns_away_is_named(plant: object, message: str) -> None:
    """Once, with the command that mends it, and without anybody's password."""
    assert callable(plant)
    found = deepcopy(connected())
    plant(found)

    assert told(found) == [("failed", "agent", message, COMMAND)]


def test_the_rest_is_one_warning() -> None:
    """What an agent can do without: quick replies, the intents that fetch late answers."""
    found = connected()
    spare = EsAgent(found.agent, found.fulfillment, found.intents[:-1])

    assert told(spare) == [
        (
            *("warning", "agent", 'setup_agent would also change intent "WEBHOOK_FOLLOW_UP_3" (intent)'),
            f"to see it: {COMMAND} --dry-run",
        ),
        ("ok", "agent", f"calls {URL} with the credentials that are set here", ""),
    ]


def test_without_a_project_it_says_which_option_turns_it_on() -> None:
    """Nothing of Google's is asked."""
    assert said(check_agent, case_of()) == [
        (
            *("skipped", "agent", "which agent it is, is not known"),
            "name its project with --project (a CX agent with --agent too)",
        )
    ]


def test_an_address_that_no_agent_can_call_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent calls nothing but https, so a server on this machine has none."""
    for name, value in {"OPENAI_API_KEY": "k", "WEBHOOK_HEADER_VALUE": "x"}.items():
        monkeypatch.setenv(name, value)
    case = case_of(wish=Told(url="http://127.0.0.1:8080/webhook", agent=Agent("p-123456", "global", "")))

    lines = said(check_agent, case)

    assert [line[0] for line in lines] == ["skipped"]
    assert "Dialogflow calls nothing but https" in lines[0][2]
