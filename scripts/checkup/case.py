"""What is examined: the settings as they were found, and what the command was told. Read once, judged elsewhere."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from dotenv import dotenv_values
from pydantic import SecretStr

from app.core.errors import ConfigError
from app.settings import Settings, read_settings
from scripts.checkup.results import Result
from scripts.launch import has_endpoint
from scripts.local_engine.weights import MODEL_ID

_AT_RAILWAY = "production"
_LOCAL_MODEL = "http://127.0.0.1/v1"  # scripts/serve chooses the port


@dataclass(frozen=True, slots=True)
class Agent:
    """A Dialogflow agent at Google. `name` is a CX agent's id or display name, empty for the project's ES agent."""

    project: str
    location: str
    name: str

    @property
    def kind(self) -> Literal["es", "cx"]:
        """The edition: a project has one ES agent, and CX agents by name."""
        return "cx" if self.name else "es"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command was told. `replicas` is None when nobody said how many there are."""

    url: str | None = None
    is_paid: bool = False
    is_railway: bool = False
    replicas: int | None = None
    agent: Agent | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One set-up.

    `dotenv` is the .env file's bytes, None when there is none. `written` is its variables, `outside` those of the
    environment, each as it stands there. `environment` is what the server makes of both: names in upper case, values
    without spaces around them, empty ones left out. `settings` is None when they are refused, for `refusals`.
    """

    wish: Wish
    today: date
    dotenv: bytes | None
    written: Mapping[str, str]
    outside: Mapping[str, str]
    environment: Mapping[str, str]
    settings: Settings | None
    refusals: tuple[str, ...]

    @property
    def url(self) -> str | None:
        """The webhook's address, None when nobody named it."""
        return self.wish.url or (self.settings.public_webhook_url if self.settings else None)

    @property
    def is_railway(self) -> bool:
        """Whether the settings are those of a service at Railway."""
        return self.wish.is_railway or "RAILWAY_ENVIRONMENT_NAME" in self.environment

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be shown."""
        return tuple(self.environment[name] for name in SECRET_NAMES if name in self.environment)


Check = Callable[[Case], Iterator[Result]]
"""Looks at one subject and says what it finds, line by line as it goes. The name of the function is the subject's."""


def _secret_names() -> tuple[str, ...]:
    fields = Settings.model_fields.items()
    secret = (name.upper() for name, field in fields if SecretStr in (field.annotation, *get_args(field.annotation)))
    return (*secret, "OPENAI_KEY")


SECRET_NAMES = _secret_names()


def read_case(wish: Wish, dotenv: Path, outside: Mapping[str, str], today: date) -> Case:
    """Return the set-up that a .env file and the environment make. Never raises for what is wrong in them."""
    content = dotenv.read_bytes() if dotenv.is_file() else None
    written = _variables(content)
    environment = {**_as_read(written), **_as_read(outside)}
    overrides: dict[str, str] = {"railway_environment_name": _AT_RAILWAY} if wish.is_railway else {}
    if brings_its_own_model(environment, wish):
        environment = {"MODEL": MODEL_ID, **environment}
        overrides["openai_base_url"] = _LOCAL_MODEL
    settings, refusals = _settings(overrides)
    return Case(wish, today, content, written, outside, environment, settings, refusals)


def brings_its_own_model(environment: Mapping[str, str], wish: Wish) -> bool:
    """Whether this is what scripts/serve starts with a local model: no endpoint is set, and it is not deployed."""
    is_deployed = wish.is_railway or "RAILWAY_ENVIRONMENT_NAME" in environment
    return not has_endpoint(environment) and not is_deployed and environment.get("APP_ENV") != "production"


def _as_read(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables as the settings take them: an empty one hides nothing."""
    return {name.upper(): value.strip() for name, value in variables.items() if value.strip()}


def _variables(content: bytes | None) -> Mapping[str, str]:
    try:
        text = (content or b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value is not None}


def _settings(overrides: Mapping[str, str]) -> tuple[Settings | None, tuple[str, ...]]:
    """Return the settings, or why they are refused: each reason without its dash."""
    try:
        return read_settings(**overrides), ()
    except ConfigError as error:
        return None, tuple(line.removeprefix("- ") for line in str(error).splitlines() if line.startswith("- "))
