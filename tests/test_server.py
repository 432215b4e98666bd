"""The web application through its test client: routes, defects of ours, deletion, health, logs."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import pytest
from flask.testing import FlaskClient
from google.cloud import dialogflow_v2, dialogflowcx_v3

from app.core.errors import ModelBroken
from app.server import create_app
from app.services import Services
from app.settings import Settings
from app.wiring import make_services
from tests.conftest import cx_request, es_request
from tests.fakes import BrokenSessions, FakeModels


def test_webhook_answers_es(client: FlaskClient, models: FakeModels) -> None:
    """An ES request gets an ES answer that Google's own type accepts."""
    models.say("I hear you. What happened?")

    response = client.post("/webhook", json=es_request("I feel low"))

    assert response.status_code == 200
    parsed = dialogflow_v2.WebhookResponse.from_json(response.data, ignore_unknown_fields=False)
    assert parsed.fulfillment_text.endswith("I hear you. What happened?")
    assert list(parsed.fulfillment_messages[0].text.text) == [parsed.fulfillment_text]


def test_webhook_answers_cx(client: FlaskClient, models: FakeModels) -> None:
    """A CX request gets a CX answer that Google's own type accepts."""
    models.say("I hear you. What happened?")

    response = client.post("/webhook", json=cx_request("I feel low", tag="joy"))

    assert response.status_code == 200
    parsed = dialogflowcx_v3.WebhookResponse.from_json(response.data, ignore_unknown_fields=False)
    assert parsed.fulfillment_response.messages[0].text.text[0].endswith("I hear you. What happened?")


def test_webhook_gives_cx_its_own_deadline(services: Services, models: FakeModels) -> None:
    """CX_DEADLINE_S moves the CX deadline and leaves ES alone."""
    app = create_app(Settings(openai_base_url="http://127.0.0.1:1/v1", cx_deadline_s=20), services)

    for request in (cx_request("Hello"), es_request("Hello")):
        models.say("Hi.")
        app.test_client().post("/webhook", json=request)

    assert models.left_s == [pytest.approx(19.75), pytest.approx(4.25)]


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_webhook_takes_only_post(client: FlaskClient, method: str) -> None:
    """Other methods get 405 in JSON, with the right one named."""
    response = getattr(client, method)("/webhook")

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert response.json["error"]["status"] == 405


def test_unknown_paths_answer_in_json(client: FlaskClient) -> None:
    """404 is JSON too."""
    response = client.get("/nothing")

    assert response.json == {"error": {"status": 404, "message": ANY}}


@pytest.mark.parametrize("where", ["screen_user", "crisis_reply", "recall_at_once", "raise_risk"])
def test_a_defect_of_ours_never_leaves_a_person_alone(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Wherever it breaks on the way to somebody in crisis: 200, and words that name help, without a traceback."""

    def broken(*_: object) -> None:
        raise RuntimeError("words of a person")

    monkeypatch.setattr(f"app.fulfillment.{where}", broken)

    response = client.post("/webhook", json=es_request("I want to kill myself", languageCode="en-US"))

    assert response.status_code == 200
    assert response.json is not None
    assert "988" in response.json["fulfillmentText"]


def test_a_defect_in_a_calm_turn_names_help_too(client: FlaskClient, models: FakeModels) -> None:
    """An exception nobody foresaw is answered as if somebody might be in danger."""
    models.queue.append(ZeroDivisionError("words of a person"))

    response = client.post("/webhook", json=es_request("Hello", languageCode="en-US"))

    assert response.status_code == 200
    assert response.json is not None
    assert "988" in response.json["fulfillmentText"]


def test_long_answers_fit_into_64_kib(client: FlaskClient, models: FakeModels) -> None:
    """However much the model says, the answer fits and ends at a sentence."""
    models.say("A long sentence about 永遠 and 🌊. " * 5_000)

    response = client.post("/webhook", json=es_request("Hello"))

    assert len(response.data) <= 64 * 1024
    assert response.json is not None
    assert response.json["fulfillmentText"].endswith(".")


def test_delete_session_forgets_it(client: FlaskClient, models: FakeModels) -> None:
    """The operator can delete a conversation by the id that Dialogflow knows it by."""
    models.say("I see.")
    models.say("Hello.")
    client.post("/webhook", json=es_request("My secret"))

    status = client.delete("/sessions/abc").status_code
    client.post("/webhook", json=es_request("Hi"))

    assert status == 204
    assert all("secret" not in message.text for message in models.prompts[1].messages)


@pytest.mark.parametrize("session", ["abc:detectIntent", "a" * 2_000, "dfMessenger-1"])
def test_delete_session_knows_ids_as_requests_carry_them(client: FlaskClient, models: FakeModels, session: str) -> None:
    """Whatever id a request had, the same id deletes its conversation."""
    models.say("I see.")
    models.say("Hello.")
    client.post("/webhook", json=es_request("My secret", session=session))

    client.delete(f"/sessions/{session}")
    client.post("/webhook", json=es_request("Hi", session=session))

    assert all("secret" not in message.text for message in models.prompts[1].messages)


def test_delete_session_says_when_the_store_is_down(settings: Settings, services: Services) -> None:
    """A deletion that did not happen is not confirmed."""
    client = create_app(settings, replace(services, sessions=BrokenSessions())).test_client()

    assert client.delete("/sessions/abc").status_code == 503


def test_healthz_is_alive_whatever_is_down(settings: Settings, services: Services, models: FakeModels) -> None:
    """Being alive does not depend on the store or the model."""
    models.is_up = False
    client = create_app(settings, replace(services, sessions=BrokenSessions())).test_client()

    assert client.get("/healthz").status_code == 200


def test_readyz_names_what_is_down(settings: Settings, services: Services, models: FakeModels) -> None:
    """Readiness says which part does not answer."""
    models.is_up = False
    client = create_app(settings, replace(services, sessions=BrokenSessions())).test_client()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json == {"status": "failed", "store": "does not answer", "model": "HTTP 500"}


def test_readyz_is_200_when_all_is_well(client: FlaskClient) -> None:
    """Exactly 200, as deploy health checks want it."""
    response = client.get("/readyz")

    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_no_log_line_holds_what_was_said(
    client: FlaskClient, models: FakeModels, caplog: pytest.LogCaptureFixture
) -> None:
    """At every level: neither the user's words, nor the model's, nor the session id are logged."""
    caplog.set_level(logging.DEBUG)
    models.say("private-reply.")
    models.queue.append(ModelBroken("HTTP 500"))
    models.queue.append(RuntimeError("private-words in an exception"))
    for _ in range(3):
        client.post("/webhook", json=es_request("private-words", session="private-session"))

    from app.logs import JsonFormatter

    logged = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert len(caplog.records) >= 4
    assert "private" not in logged


def test_the_turn_line_says_what_happened(
    client: FlaskClient, models: FakeModels, caplog: pytest.LogCaptureFixture
) -> None:
    """One line a turn, with labels and durations."""
    caplog.set_level(logging.INFO)
    models.say("Hi.")

    client.post("/webhook", json=cx_request("Hello", tag="support"))

    record = next(record for record in caplog.records if record.getMessage() == "turn")
    line = {
        name: vars(record)[name] for name in ("channel", "kind", "persona", "source", "model", "tokens", "problems")
    }
    assert line == {
        "channel": "dialogflow_cx",
        "kind": "text",
        "persona": "support",
        "source": "model",
        "model": "test-model",
        "tokens": 12,
        "problems": [],
    }


@pytest.mark.parametrize(("chosen", "examples"), [("tuned", 0), ("base", 1)])
def test_the_model_in_use_decides_how_it_is_asked(tmp_path: Path, chosen: str, examples: int) -> None:
    """MODEL stands above the persona's model, so its manifest does, too: a base model gets the plain prompt."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "tuned.json").write_text(json.dumps({"model": "tuned", "prompt": {"format": "chat"}}))
    shown = '[[examples]]\nuser = "Hello"\nassistant = "Hi."\n'
    words = 'name = "Ann"\ninstructions = ""\ngreeting = "a"\nfallback = "b"\nreprompt = "c"\nfarewell = "d"\n'
    (tmp_path / "ann.toml").write_text(f'model = "tuned"\n{words}{shown}')

    services = make_services(
        Settings(
            openai_base_url="http://127.0.0.1:1/v1",
            model=None if chosen == "tuned" else chosen,
            personas_dir=tmp_path,
            default_persona="ann",
            sessions_path=tmp_path / "sessions.sqlite3",
        )
    )

    assert (services.model_of["ann"], len(services.personas["ann"].examples)) == (chosen, examples)
