"""Who may call the web application: every configured way, every refusal, every route."""

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.server import create_app
from app.services import Services
from app.settings import Settings
from tests.conftest import es_request
from tests.fakes import FakeModels


def with_auth(services: Services, **given: Any) -> FlaskClient:
    return create_app(Settings(openai_base_url="http://127.0.0.1:1/v1", **given), services).test_client()


def basic(credentials: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(credentials).decode()}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic("user:pässword".encode()), 200),
        (basic(b"user:wrong"), 401),
        (basic("other:pässword".encode()), 401),
        ({"Authorization": "Basic !!!"}, 401),
        ({"Authorization": "Bearer abc"}, 401),
        ({"Authorization": ""}, 401),
        ({}, 401),
    ],
)
def test_webhook_checks_basic_authentication(
    services: Services, models: FakeModels, headers: dict[str, str], status: int
) -> None:
    """Only the configured user name and password get an answer; passwords may hold any character."""
    models.say("Hi.")
    client = with_auth(services, webhook_username="user", webhook_password="pässword")

    assert client.post("/webhook", json=es_request("Hello"), headers=headers).status_code == status


@pytest.mark.parametrize(
    ("value", "status"), [("s3cret", 200), ("wrong", 401), ("", 401), ("s3cret2", 401), ("sécret", 401)]
)
def test_webhook_checks_the_secret_header(services: Services, models: FakeModels, value: str, status: int) -> None:
    """Only the configured header gets an answer."""
    models.say("Hi.")
    client = with_auth(services, webhook_header_name="X-Key", webhook_header_value="s3cret")

    assert client.post("/webhook", json=es_request("Hello"), headers={"X-Key": value}).status_code == status


def test_any_configured_way_is_enough(services: Services, models: FakeModels) -> None:
    """With two ways configured, either lets the caller in."""
    models.say("Hi.")
    client = with_auth(services, webhook_username="user", webhook_password="pw", webhook_header_value="s3cret")

    response = client.post("/webhook", json=es_request("Hello"), headers={"X-Webhook-Secret": "s3cret"})

    assert response.status_code == 200


def test_all_refusals_look_the_same(services: Services) -> None:
    """From outside nobody learns which part was wrong."""
    client = with_auth(services, webhook_username="user", webhook_password="pw", webhook_header_value="s3cret")
    attempts: list[dict[str, str]] = [{}, basic(b"user:no"), {"Authorization": "Basic !"}, {"X-Webhook-Secret": "no"}]

    answers = [client.post("/webhook", data=b"junk", headers=headers) for headers in attempts]

    assert len({(answer.status_code, answer.data, str(answer.headers)) for answer in answers}) == 1


def test_every_route_but_the_health_checks_authenticates(services: Services) -> None:
    """A new route cannot forget to ask who is calling."""
    app = create_app(Settings(openai_base_url="http://x/v1", webhook_header_value="s3cret"), services)
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            path = rule.rule.replace("<path:session>", "abc")
            status = app.test_client().open(path, method=method).status_code
            assert (status == 401) is (path not in {"/healthz", "/readyz"}), rule
