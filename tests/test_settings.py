"""Settings: what is refused at the start, with which words, and that secrets stay secret."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import ConfigError
from app.server import create_app
from app.settings import OPENAI_URL, Settings, read_settings
from app.wiring import make_services, open_store

ROOT = Path(__file__).parents[1]


def from_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_every_problem_is_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that cannot be is refused with the whole list of what to set."""
    with pytest.raises(ConfigError) as caught:
        from_environment(monkeypatch, APP_ENV="production", WEBHOOK_USERNAME="user")

    said = str(caught.value)
    assert "WEBHOOK_USERNAME and WEBHOOK_PASSWORD go together" in said
    assert "no model endpoint" in said


@pytest.mark.parametrize("variable", ["RAILWAY_PUBLIC_DOMAIN", "RAILWAY_ENVIRONMENT_NAME"])
def test_production_refuses_to_be_open(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """On Railway the server does not start without authentication, and says what to set."""
    with pytest.raises(ConfigError, match="WEBHOOK_HEADER_VALUE"):
        from_environment(monkeypatch, OPENAI_API_KEY="k", **{variable: "x.up.railway.app"})


@pytest.mark.parametrize(
    "ways",
    [
        {"WEBHOOK_USERNAME": "u", "WEBHOOK_PASSWORD": "p"},
        {"WEBHOOK_HEADER_VALUE": "s"},
        {"WEBHOOK_ID_TOKEN_EMAIL": "service-1@example.org", "WEBHOOK_URL": "https://example.org/webhook"},
    ],
)
def test_production_starts_with_any_way(monkeypatch: pytest.MonkeyPatch, ways: dict[str, str]) -> None:
    """Each way of authentication alone is enough."""
    assert from_environment(monkeypatch, APP_ENV="production", OPENAI_API_KEY="k", **ways).is_production


def test_the_tutorials_name_of_the_key_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_KEY is taken for OPENAI_API_KEY."""
    settings = from_environment(monkeypatch, OPENAI_KEY="abc")

    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "abc"


def test_empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line in a console of variables changes nothing."""
    settings = from_environment(monkeypatch, OPENAI_API_KEY="k", OPENAI_BASE_URL="", MODEL="", PORT="")

    assert (settings.openai_base_url, settings.model, settings.port) == (OPENAI_URL, None, 8080)


def test_the_audience_defaults_to_the_public_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Railway the ID token's audience is known without being set."""
    settings = from_environment(
        monkeypatch, OPENAI_API_KEY="k", WEBHOOK_ID_TOKEN_EMAIL="a@b", RAILWAY_PUBLIC_DOMAIN="x.up.railway.app"
    )

    assert settings.id_token_audience == "https://x.up.railway.app/webhook"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ES_DEADLINE_S", "5"), ("CX_DEADLINE_S", "31"), ("PORT", "abc"), ("SESSION_TTL_S", "-1"), ("APP_ENV", "prod")],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """The message names the variable and not its value, which might be a secret in the wrong place."""
    with pytest.raises(ConfigError, match=f"- {variable}: ") as caught:
        from_environment(monkeypatch, OPENAI_API_KEY="k", **{variable: value})

    assert f": {value}" not in str(caught.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither str nor repr of the settings holds a secret."""
    settings = from_environment(
        monkeypatch,
        OPENAI_API_KEY="hidden-1",
        WEBHOOK_USERNAME="u",
        WEBHOOK_PASSWORD="hidden-2",
        WEBHOOK_HEADER_VALUE="hidden-3",
    )

    assert "hidden" not in f"{settings} {settings!r}"


def test_only_this_machine_is_listened_to_in_development() -> None:
    """An open server is not offered to the network by accident; in production every address is."""
    here = Settings(openai_base_url="http://x/v1")
    there = Settings(openai_base_url="http://x/v1", app_env="production", webhook_header_value="s")

    assert (here.bind_address, there.bind_address) == ("127.0.0.1:8080", "0.0.0.0:8080")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"default_persona": "jo", "model": "m"}, 'DEFAULT_PERSONA is "jo"; the personas are: .*joy'),
        ({}, "no model for persona .*: set MODEL"),
    ],
)
def test_a_start_without_persona_or_model_is_refused(given: dict[str, Any], said: str) -> None:
    """What could not answer a single turn does not start."""
    with pytest.raises(ConfigError, match=said):
        create_app(Settings(openai_base_url="http://x/v1", **given))


@pytest.mark.parametrize("url", ["http://127.0.0.1:6379", "127.0.0.1:6379", "redis://:secret@host:port"])
def test_a_redis_url_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """An address that cannot be one stops the start, without showing the password that may stand in it."""
    with pytest.raises(ConfigError, match="REDIS_URL") as caught:
        open_store(from_environment(monkeypatch, OPENAI_API_KEY="k", REDIS_URL=url))

    assert "secret" not in str(caught.value)


def test_redis_is_loaded_only_where_it_is_used() -> None:
    """A server on a file spends neither the time nor the memory."""
    code = "import sys, app.server; raise SystemExit('redis' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_default_models_are_read_by_persona(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs with spaces between; nothing set is nothing."""
    settings = from_environment(monkeypatch, OPENAI_API_KEY="k", DEFAULT_MODELS="joy=tuned:1/a  *=base")

    assert settings.default_models == {"joy": "tuned:1/a", "*": "base"}
    assert from_environment(monkeypatch, DEFAULT_MODELS="").default_models == {}


@pytest.mark.parametrize("value", ["base", "joy=", "=base", "joy=a base"])
def test_default_models_that_are_no_pairs_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """The message names the variable and shows what is expected."""
    with pytest.raises(ConfigError, match=r"- DEFAULT_MODELS: expected persona=model"):
        from_environment(monkeypatch, OPENAI_API_KEY="k", DEFAULT_MODELS=value)


@pytest.mark.parametrize(
    ("model", "in_file", "models"),
    [
        (None, "", {"joy": "tuned", "support": "base"}),
        (None, 'model = "own"\n', {"joy": "own", "support": "base"}),
        ("one", 'model = "own"\n', {"joy": "one", "support": "one"}),
    ],
)
def test_default_models_stand_below_all_others(
    tmp_path: Path, model: str | None, in_file: str, models: dict[str, str]
) -> None:
    """MODEL, then the persona's file, then its default model, then that of any other persona."""
    words = 'name = "A"\ninstructions = ""\ngreeting = "a"\nfallback = "b"\nreprompt = "c"\nfarewell = "d"\n'
    (tmp_path / "joy.toml").write_text(in_file + words)
    (tmp_path / "support.toml").write_text(words)
    settings = Settings(
        openai_base_url="http://127.0.0.1:1/v1",
        model=model,
        default_models={"joy": "tuned", "*": "base"},
        personas_dir=tmp_path,
        sessions_path=tmp_path / "sessions.sqlite3",
    )

    assert make_services(settings).model_of == models
