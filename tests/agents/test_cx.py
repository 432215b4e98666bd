"""Setting up a CX agent: what is planned, what is written, and that nothing else is."""

from copy import deepcopy
from datetime import timedelta

import pytest
from google.cloud import dialogflowcx_v3 as cx

from scripts.agents.clients import open_access
from scripts.agents.cx_agent import read_cx, timeout_of, view_of
from scripts.agents.webhook_view import WebhookView
from tests.agents.running import BASIC, CX, ID_TOKEN, PASSWORD, URL, changes, planned, run
from tests.google_cloud.cloud import Cloud
from tests.google_cloud.seeds import CX_AGENT, PROJECT, ZERO

_SILENT = "none: it stood before each answer"
_ID_TOKEN = cx.Webhook.GenericWebService.ServiceAgentAuth.ID_TOKEN


def test_the_plan_of_a_new_agent(cloud: Cloud) -> None:
    """The plan names every change: the webhook, who calls it with which tag, the texts that would be said twice."""
    rows = changes(cloud, *CX, **ID_TOKEN)

    assert rows[:9] == [
        ('webhook "Persona webhook"', "timeout", "Google's own", "5 s"),
        ('webhook "Persona webhook"', "URL", "none", URL),
        ('webhook "Persona webhook"', "service agent", "none", "sends an ID token"),
        ("event sys.no-match-default", "calls", "none", 'our webhook, tag "joy"'),
        ("event sys.no-match-default", "says by itself (en)", "Pardon? (en)", _SILENT),
        ("event sys.no-input-default", "calls", "none", 'our webhook, tag "joy.no-input"'),
        ("event sys.no-input-default", "says by itself (en)", "Hello? (en)", _SILENT),
        ("welcome route", "calls", "none", 'our webhook, tag "joy.welcome"'),
        ("welcome route", "says by itself (en)", "Greetings! (en)", _SILENT),
    ]
    assert rows[9][:3] == ("event webhook.error", "says by itself (en)", "none")
    assert [row[1] for row in rows[10:]] == ["says by itself (fr)"] * 3


def test_a_new_agent_is_set_up_whole(cloud: Cloud) -> None:
    """The webhook has URL, token and timeout; three places call it with their tags; all else is as it was."""
    before = deepcopy(cloud.cx.flows)

    result = run(cloud, *CX, "--yes", **ID_TOKEN)

    assert result.exit_code == 0, result.output
    (webhook,) = cloud.cx.webhooks.values()
    service = webhook.generic_web_service
    assert (service.uri, service.username, service.password) == (URL, "", "")
    assert (service.service_agent_auth, timeout_of(webhook)) == (_ID_TOKEN, timedelta(seconds=5))
    for name, tag in (("sys.no-match-default", "joy"), ("sys.no-input-default", "joy.no-input"), (ZERO, "joy.welcome")):
        for language in ("en", "fr"):
            assert cloud.cx.place(name, language) == cx.Fulfillment(webhook=webhook.name, tag=tag)
    for language, flow in cloud.cx.flows.items():
        flow.event_handlers = flow.event_handlers[:2]
        for each in (flow, before[language]):
            each.transition_routes[0].trigger_fulfillment = cx.Fulfillment()
            for handler in each.event_handlers:
                handler.trigger_fulfillment = cx.Fulfillment()
    assert cloud.cx.flows == before


def test_every_update_names_its_fields(cloud: Cloud) -> None:
    """Google is asked to take what the plan is about and no more, and is told the language of the texts."""
    run(cloud, *CX, "--yes")
    run(cloud, *CX, "--yes", **ID_TOKEN)

    updates = [request for method, request in cloud.calls if method.startswith("Update")]
    assert [(list(update.update_mask.paths), getattr(update, "language_code", "")) for update in updates] == [
        (["event_handlers", "transition_routes"], "en"),
        (["event_handlers", "transition_routes"], "fr"),
        (["timeout", "disabled", "generic_web_service"], ""),
    ]


def test_a_second_run_has_nothing_to_do(cloud: Cloud) -> None:
    """What is set up is left alone: no write, no question, no backup."""
    run(cloud, *CX, "--yes")
    cloud.calls.clear()

    result = run(cloud, *CX)

    assert result.exit_code == 0, result.output
    assert "There is nothing to do" in result.stdout
    assert {method for method, _ in cloud.calls} == {"ListAgents", "ListWebhooks", "GetFlow"}


def test_people_are_not_left_in_silence_when_the_webhook_fails(cloud: Cloud) -> None:
    """A failing webhook is met with a line of the persona's, which calls nothing, in the languages it speaks."""
    run(cloud, *CX, "--yes")

    english = cloud.cx.place("webhook.error")
    assert (english.webhook, len(english.messages)) == ("", 1)
    assert cloud.cx.place("webhook.error", "fr") == cx.Fulfillment()


def test_a_loop_is_broken(cloud: Cloud) -> None:
    """A webhook-error handler that calls our webhook, made by hand, is taken off it."""
    run(cloud, *CX, "--yes")
    handler = cloud.cx.place("webhook.error")
    handler.webhook, handler.tag = next(iter(cloud.cx.webhooks)), "joy"

    rows = changes(cloud, *CX)
    run(cloud, *CX, "--yes")

    assert rows == [("event webhook.error", "calls", "our webhook, which loops", "none")]
    assert cloud.cx.place("webhook.error").webhook == ""


def test_a_moved_server_keeps_its_webhook(cloud: Cloud) -> None:
    """Another URL changes the webhook that we made rather than adding one; its other fields stay."""
    run(cloud, *CX, "--yes")
    (webhook,) = cloud.cx.webhooks.values()
    webhook.generic_web_service.allowed_ca_certs = [b"certificate"]
    moved = ["https://new.example.com/webhook" if word == URL else word for word in CX]

    rows = changes(cloud, *moved)
    run(cloud, *moved, "--yes")

    (kept,) = cloud.cx.webhooks.values()
    assert rows == [('webhook "Persona webhook"', "URL", URL, "https://new.example.com/webhook")]
    assert kept.generic_web_service == cx.Webhook.GenericWebService(
        uri="https://new.example.com/webhook",
        username="dialogflow",
        password=PASSWORD,
        allowed_ca_certs=[b"certificate"],
    )


def test_somebodys_webhook_to_here_is_used(cloud: Cloud) -> None:
    """A webhook made by hand that leads here is used, whatever its name; another one is left alone."""
    for number, uri in enumerate(("https://other.example.com/", URL)):
        service = cx.Webhook.GenericWebService(uri=uri)
        name = f"{CX_AGENT}/webhooks/{number}"
        cloud.cx.webhooks[name] = cx.Webhook(name=name, display_name=f"mine {number}", generic_web_service=service)
    other = cx.Webhook.serialize(cloud.cx.webhooks[f"{CX_AGENT}/webhooks/0"])

    run(cloud, *CX, "--yes")

    assert list(cloud.cx.webhooks) == [f"{CX_AGENT}/webhooks/0", f"{CX_AGENT}/webhooks/1"]
    assert cx.Webhook.serialize(cloud.cx.webhooks[f"{CX_AGENT}/webhooks/0"]) == other
    assert cloud.cx.place("sys.no-match-default").webhook == f"{CX_AGENT}/webhooks/1"


def test_the_timeout_follows_the_deadline(cloud: Cloud) -> None:
    """CX waits half a second longer than the server takes."""
    run(cloud, *CX, "--yes", **BASIC, CX_DEADLINE_S="29.5")

    (webhook,) = cloud.cx.webhooks.values()
    assert timeout_of(webhook) == timedelta(seconds=30)


def test_another_persona_changes_tags_alone(cloud: Cloud) -> None:
    """Another persona is another tag; nothing else is touched."""
    run(cloud, *CX, "--yes")

    rows = changes(cloud, *CX, "--persona", "support")

    assert [row[1:] for row in rows] == [
        ("calls", 'our webhook, tag "joy"', 'our webhook, tag "support"'),
        ("calls", 'our webhook, tag "joy.no-input"', 'our webhook, tag "support.no-input"'),
        ("calls", 'our webhook, tag "joy.welcome"', 'our webhook, tag "support.welcome"'),
    ]


def test_what_is_to_be_known_besides(cloud: Cloud) -> None:
    """What the plan cannot settle is said: Google's own model in the same place, the token's audience."""
    cloud.cx.place("sys.no-match-default").enable_generative_fallback = True

    notes = planned(cloud, *CX, **ID_TOKEN)["notes"]

    assert [note.split(" ")[0] for note in notes] == ["Generative", "The"]


@pytest.mark.parametrize("name", ["Listener", CX_AGENT, CX_AGENT.rpartition("/")[2]])
def test_an_agent_by_name_path_or_id(cloud: Cloud, name: str) -> None:
    """An agent is found by whatever names it."""
    access = open_access(PROJECT, "global", {"DIALOGFLOW_EMULATOR_HOST": cloud.address})

    assert read_cx(access, name).name == CX_AGENT


def test_an_agent_that_is_not_there(cloud: Cloud) -> None:
    """A name that is nobody's is answered with those there are."""
    result = run(cloud, *CX[:-1], "Nobody")

    assert result.exit_code == 1
    assert 'no CX agent is called "Nobody"' in result.output
    assert f"{CX_AGENT.rpartition('/')[2]}  Listener" in result.output


def test_reading_says_how_the_webhook_is_called(cloud: Cloud) -> None:
    """What the agent calls, with which credentials and timeout."""
    access = open_access(PROJECT, "global", {"DIALOGFLOW_EMULATOR_HOST": cloud.address})
    before = read_cx(access, "Listener").webhooks

    run(cloud, *CX, "--yes", **ID_TOKEN)

    assert before == ()
    assert [view_of(webhook) for webhook in read_cx(access, "Listener").webhooks] == [
        WebhookView(url=URL, is_enabled=True, credentials=("id_token",), timeout_s=5.0)
    ]
