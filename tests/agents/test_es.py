"""Setting up an ES agent: what is planned, what is written, and that nothing else is."""

from copy import deepcopy

import pytest
from google.cloud import dialogflow_v2 as es

from app.channels.dialogflow_es import FOLLOW_UP_EVENTS
from scripts.agents.clients import open_access
from scripts.agents.es_agent import read_es
from scripts.agents.webhook_view import WebhookView
from tests.agents.running import ES, ID_TOKEN, PASSWORD, URL, changes, es_state, planned, run
from tests.google_cloud.cloud import Cloud
from tests.google_cloud.seeds import PROJECT

_ON = es.Intent.WebhookState(es.Intent.WebhookState.WEBHOOK_STATE_ENABLED)
_HEADER = {"WEBHOOK_HEADER_NAME": "X-Secret", "WEBHOOK_HEADER_VALUE": PASSWORD}


def test_the_plan_of_a_new_agent(cloud: Cloud) -> None:
    """The plan names every change, what is and what will be; the two intents are found whatever their names."""
    assert changes(cloud, *ES) == [
        ("fulfillment", "URL", "none", URL),
        ("fulfillment", "user name", "none", "dialogflow"),
        ("fulfillment", "password", "none", "as in .env"),
        ("fulfillment", "webhook", "off", "on"),
        ('intent "Willkommen"', "webhook call", "off", "on"),
        (
            *('intent "Willkommen"', "quick replies", "none"),
            "I feel lonely | I had a bad day | I just want to talk",
        ),
        ('intent "Rückfrage"', "webhook call", "off", "on"),
        *((f'intent "{event}"', "intent", "none", "new, calls the webhook") for event in FOLLOW_UP_EVENTS),
    ]


def test_a_dry_run_writes_nothing(cloud: Cloud) -> None:
    """A dry run changes nothing and exports nothing."""
    before = es_state(cloud)

    result = run(cloud, *ES, "--dry-run")

    assert (result.exit_code, cloud.writes, es_state(cloud)) == (0, [], before)
    assert "ExportAgent" not in [method for method, _ in cloud.calls]


def test_everything_else_stays_as_it_was(cloud: Cloud) -> None:
    """Phrases, answers, parameters, contexts, other intents, other languages, other headers: byte for byte the same."""
    expected = deepcopy(cloud.es.intents)
    for number in (1, 2):
        for intent in expected[f"projects/{PROJECT}/agent/intents/{number}"].values():
            intent.webhook_state = _ON

    result = run(cloud, *ES, "--yes")

    chips = es.Intent.Message.to_dict(cloud.es.intent("Willkommen").messages.pop())
    options = chips["payload"]["richContent"][0][0]["options"]
    assert result.exit_code == 0, result.output
    assert [option["text"] for option in options] == ["I feel lonely", "I had a bad day", "I just want to talk"]
    assert {name: by for name, by in cloud.es.intents.items() if name in expected} == expected
    assert cloud.es.fulfillment.generic_web_service == es.Fulfillment.GenericWebService(
        uri=URL, username="dialogflow", password=PASSWORD, request_headers={"X-Team": "blue"}
    )


def test_every_update_names_its_fields(cloud: Cloud) -> None:
    """Google is asked to take what the plan is about and no more, whatever somebody else changes meanwhile."""
    run(cloud, *ES, "--yes")

    masks = [list(request.update_mask.paths) for method, request in cloud.calls if method.startswith("Update")]
    assert masks == [["enabled", "generic_web_service"], ["webhook_state", "messages"], ["webhook_state"]]


def test_the_new_intents_fetch_late_answers(cloud: Cloud) -> None:
    """For each follow-up event there is an intent that calls the webhook and has words for when that fails."""
    run(cloud, *ES, "--yes")

    for event in FOLLOW_UP_EVENTS:
        intent = cloud.es.intent(event)
        assert (list(intent.events), intent.webhook_state) == ([event], _ON)
        assert "did not come in time" in intent.messages[0].text.text[0]


def test_a_second_run_has_nothing_to_do(cloud: Cloud) -> None:
    """What is set up is left alone: no write, no question, no backup."""
    run(cloud, *ES, "--yes")
    cloud.calls.clear()

    result = run(cloud, *ES)

    assert result.exit_code == 0, result.output
    assert "There is nothing to do" in result.stdout
    assert {method for method, _ in cloud.calls} == {"GetAgent", "GetFulfillment", "ListIntents"}


def test_killed_in_the_middle_it_goes_on(cloud: Cloud) -> None:
    """Whatever was written stays written; the next run does the rest."""
    whole = planned(cloud, *ES)["changes"]
    cloud.es.fulfillment = es.Fulfillment(name=cloud.es.fulfillment.name)
    run(cloud, *ES, "--yes")
    cloud.es.intent("Rückfrage").webhook_state = es.Intent.WebhookState(0)

    left = planned(cloud, *ES)["changes"]

    assert left == [row for row in whole if row["target"] == 'intent "Rückfrage"']


def test_a_header_in_place_of_a_password(cloud: Cloud) -> None:
    """A secret header is set beside the headers that are there, in place of one that differs in case."""
    service = cloud.es.fulfillment.generic_web_service
    service.request_headers["x-secret"] = "an old one"

    rows = changes(cloud, *ES, **_HEADER)
    run(cloud, *ES, "--yes", **_HEADER)

    assert ("fulfillment", "header X-Secret", "another one", "as in .env") in rows
    headers = cloud.es.fulfillment.generic_web_service.request_headers
    assert dict(headers) == {"X-Team": "blue", "X-Secret": PASSWORD}


def test_a_password_that_google_keeps_to_itself(cloud: Cloud) -> None:
    """A password that does not come back counts as ours, and is written again with whatever else is."""
    run(cloud, *ES, "--yes")
    cloud.es.fulfillment.generic_web_service.password = ""

    rows = changes(cloud, *ES)
    run(cloud, *ES[:-1], "https://new.example.com/webhook", "--yes")

    assert rows == []
    assert cloud.es.fulfillment.generic_web_service.password == PASSWORD


def test_a_token_wants_no_password(cloud: Cloud) -> None:
    """ES sends Google's token only without a password, so the password goes."""
    run(cloud, *ES, "--yes")

    run(cloud, *ES, "--yes", **ID_TOKEN)

    service = cloud.es.fulfillment.generic_web_service
    assert (service.username, service.password, service.uri) == ("", "", URL)


def test_what_an_agent_lacks_is_made(cloud: Cloud) -> None:
    """Somebody deleted welcome and fallback: they are made, with the persona's words for when the webhook fails."""
    for number in (1, 2):
        del cloud.es.intents[f"projects/{PROJECT}/agent/intents/{number}"]

    run(cloud, *ES, "--yes")

    welcome, fallback = cloud.es.intent("Default Welcome Intent"), cloud.es.intent("Default Fallback Intent")
    assert (list(welcome.events), welcome.webhook_state, len(welcome.messages)) == (["WELCOME"], _ON, 2)
    assert (fallback.is_fallback, fallback.webhook_state) == (True, _ON)
    assert changes(cloud, *ES) == []


def test_quick_replies_of_somebody_stay(cloud: Cloud) -> None:
    """A welcome with quick replies of its own gets no others."""
    cloud.es.intent("Willkommen").messages.append(
        es.Intent.Message(quick_replies=es.Intent.Message.QuickReplies(quick_replies=["Hi"]))
    )

    assert "quick replies" not in {what for _, what, _, _ in changes(cloud, *ES)}


def test_no_quick_replies_in_a_strange_language(cloud: Cloud) -> None:
    """An agent in a language that the persona does not speak gets no English quick replies."""
    assert cloud.es.agent is not None
    cloud.es.agent.default_language_code = "de"

    assert "quick replies" not in {what for _, what, _, _ in changes(cloud, *ES)}


def test_what_is_to_be_known_besides(cloud: Cloud) -> None:
    """What only the server or the console can do is said: the switch, the persona, the old API."""
    assert cloud.es.agent is not None
    cloud.es.agent.api_version = es.Agent.ApiVersion(es.Agent.ApiVersion.API_VERSION_V1)

    notes = planned(cloud, *ES, "--persona", "support")["notes"]

    assert [note.split(":")[0] for note in notes] == [
        "Set FOLLOW_UP_EVENTS=true where the server runs",
        "The agent speaks API V1, which the webhook cannot read",
        "ES names no persona",
    ]


@pytest.mark.parametrize("settings", [{}, _HEADER], ids=["basic", "header"])
def test_no_secret_is_ever_shown(cloud: Cloud, settings: dict[str, str]) -> None:
    """Neither the new secret nor the old one is printed, whatever the command does, nor put into the note."""
    cloud.es.fulfillment.generic_web_service = es.Fulfillment.GenericWebService(
        uri="https://user:hush-hush@old.example.com/", username="old", password="hush-hush"
    )

    results = [run(cloud, *ES, *words, **settings) for words in (["--dry-run", "--json"], ["--yes"], ["--json"])]
    shown = "".join(result.output for result in results)

    assert "https://old.example.com/" in shown
    assert PASSWORD not in shown
    assert "hush-hush" not in shown


def test_reading_says_how_the_webhook_is_called(cloud: Cloud) -> None:
    """What the agent calls, with which credentials."""
    run(cloud, *ES, "--yes")

    found = read_es(open_access(PROJECT, "global", {"DIALOGFLOW_EMULATOR_HOST": cloud.address}))

    assert found.webhook == WebhookView(
        url=URL,
        is_enabled=True,
        credentials=("basic", "header"),
        timeout_s=None,
    )
