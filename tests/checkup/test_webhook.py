"""The webhook as the doctor sees it: open to strangers, not ready, asleep, proving who calls, forgetting."""

import pytest

from app.core.errors import StoreError
from app.server import create_app
from app.services import Services
from app.settings import Settings
from tests.checkup.setups import Setup, settings_of, webhook
from tests.fakes import FakeModels


def test_an_open_webhook_is_named(healthy: Setup, services: Services) -> None:
    """Credentials that are set here and not there: strangers are answered."""
    app = create_app(Settings(_env_file=None, openai_base_url="http://127.0.0.1:1/v1"), services)

    with webhook(app) as healthy.url:
        problems = healthy.examine().problems

    assert problems == [
        (
            *("failed", "webhook", "anybody is answered there, without credentials"),
            "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD on the service too, and deploy",
        )
    ]


def test_a_server_that_is_not_ready_says_what_it_lacks(healthy: Setup, models: FakeModels) -> None:
    """The model endpoint may be fine from here and out of reach from there."""
    models.is_up = False

    problems = healthy.examine().problems

    assert [problem[2] for problem in problems] == ["the server is up and not ready: model HTTP 500"]


def test_a_header_proves_who_calls(healthy: Setup, services: Services) -> None:
    """The other way of authentication is tried with its own header."""
    for name in ("WEBHOOK_USERNAME", "WEBHOOK_PASSWORD"):
        del healthy.dotenv[name]
    healthy.dotenv |= {"WEBHOOK_HEADER_NAME": "X-Key", "WEBHOOK_HEADER_VALUE": "tests-only-55f0c1"}
    app = create_app(Settings(_env_file=None, **settings_of(healthy.dotenv)), services)

    with webhook(app) as healthy.url:
        seen = healthy.examine()

    assert seen.problems == []
    assert "a caller without credentials is refused" in [line[2] for line in seen.lines]


def test_an_id_token_cannot_be_tried(healthy: Setup, services: Services) -> None:
    """Nobody but Dialogflow has one; the doctor says so instead of failing."""
    for name in ("WEBHOOK_USERNAME", "WEBHOOK_PASSWORD"):
        del healthy.dotenv[name]
    agent = "service-1@gcp-sa-dialogflow.iam.gserviceaccount.com"
    healthy.dotenv |= {"WEBHOOK_ID_TOKEN_EMAIL": agent, "WEBHOOK_ID_TOKEN_AUDIENCE": "https://example.org/webhook"}
    app = create_app(Settings(_env_file=None, **settings_of(healthy.dotenv)), services)

    with webhook(app) as healthy.url:
        seen = healthy.examine()

    assert seen.problems == []
    assert ("skipped", "webhook", "only Dialogflow can prove there who it is; no turn was tried", "") in seen.lines


def test_what_was_said_is_forgotten_at_once(healthy: Setup, services: Services, models: FakeModels) -> None:
    """The doctor leaves no conversation behind."""
    models.say("About your day.")
    models.say("About anything.")
    forgotten: list[str] = []
    forget = services.sessions.forget

    def watch(key: str, now: float) -> None:
        forgotten.append(key)
        forget(key, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services.sessions, "forget", watch)
        healthy.examine("--paid")

    assert len(forgotten) == 2  # one for each channel
    assert [services.sessions.read(key, services.wall_clock()).exchanges for key in forgotten] == [(), ()]


def test_a_store_that_is_down_there_is_named(healthy: Setup, services: Services) -> None:
    """The store here says nothing about the one there."""

    def down() -> None:
        raise StoreError("down")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services.sessions, "ping", down)
        problems = healthy.examine().problems

    assert [problem[2] for problem in problems] == ["the server is up and not ready: store does not answer"]


def test_credentials_that_are_set_only_there_are_named(healthy: Setup) -> None:
    """Without any here, no turn can be tried."""
    for name in ("WEBHOOK_USERNAME", "WEBHOOK_PASSWORD"):
        del healthy.dotenv[name]

    assert [problem[1:3] for problem in healthy.examine().problems] == [
        ("callers", "anybody who knows the address can call the webhook, and use your model"),
        ("webhook", "it asks who is calling, and no credentials are set here"),
    ]


def test_an_address_without_https_is_not_called(healthy: Setup) -> None:
    """The password would travel in the open."""
    healthy.url = ""
    healthy.dotenv["WEBHOOK_URL"] = "http://joy.invalid/webhook"

    assert [problem[2] for problem in healthy.examine().problems] == [
        "http://joy.invalid/webhook: Dialogflow calls https only, and credentials would go unprotected"
    ]


def test_a_server_that_sleeps_is_named(healthy: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first person would meet Dialogflow's own words."""
    monkeypatch.setattr("scripts.checkup.webhook._AWAKE_S", 0.0)

    problems = healthy.examine().problems

    assert [problem[3] for problem in problems] == [
        "switch Settings, Serverless off, or the first person meets silence"
    ]
