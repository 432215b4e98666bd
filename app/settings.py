"""Every environment variable, typed, read once. Nothing else in app/ looks at the environment.

Each field's description is the text of .env.example and of the README's table; tests hold the three together.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.errors import ConfigError
from app.core.prompt import DEFAULT_HISTORY_TOKENS

OPENAI_URL = "https://api.openai.com/v1"
ES_LIMIT_S = 5.0  # Dialogflow ES gives up there ("Webhook service", read 2026-11); not configurable
_ADDRESS = re.compile(r"https?://[^\s/\[\]]+(?:/|$)|https?://\[[0-9a-fA-F:.]+\]")
_NO_START = "the settings do not allow a start:"
CX_LIMIT_S = 30.0  # the most that a CX webhook can be given ("Webhooks", read 2026-11)
GRACEFUL_S = (
    int(CX_LIMIT_S) + 5
)  # a stopping server's time: longer than the longest turn; Railway's must be longer still


def read_pairs(value: Any) -> Any:
    """Return the mapping that "joy=model-a *=model-b" stands for. Raises ValueError."""
    if not isinstance(value, str):
        return value
    pairs = [pair.partition("=") for pair in value.split()]
    if not all(name and model for name, _, model in pairs):
        raise ValueError("expected persona=model, with spaces between, such as joy=my-tuned-model *=my-base")
    return {name: model for name, _, model in pairs}


def choose_model(persona: str, own: str | None, model: str | None, defaults: Mapping[str, str]) -> str | None:
    """Return the model that a persona asks: MODEL stands above its file's `own`, DEFAULT_MODELS below."""
    return model or own or defaults.get(persona) or defaults.get("*")


class Settings(BaseSettings):
    """The settings of the web process. Empty variables count as unset."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    app_env: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start without authentication. On Railway it is assumed."
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("openai_api_key", "openai_key"),
        description="Key for the model endpoint. OPENAI_KEY, the tutorials' name, works too.",
    )
    openai_base_url: str = Field(
        OPENAI_URL, description="Any OpenAI-compatible endpoint: OpenAI, Azure, vLLM, Ollama, the embedded engine."
    )
    model: str | None = Field(None, description="Model id for every persona; stands above `model` in a persona's file.")
    default_models: Annotated[Mapping[str, str], NoDecode, BeforeValidator(read_pairs)] = Field(
        {},
        description="Models of personas whose files name none: `persona=model`, with spaces between; `*` is any other. "
        "`scripts/serve` sets it for the embedded engine.",
    )
    model_stream: bool = Field(
        True,
        description="Ask for the answer word by word. `false` for endpoints that cannot; then nothing is said early.",
    )
    fallback_base_url: str | None = Field(
        None,
        description="A second endpoint, asked when the first one fails; the same deadline holds for both.",
    )
    fallback_api_key: SecretStr | None = Field(
        None, description="Its key. Without FALLBACK_BASE_URL the second model is asked at the first endpoint."
    )
    fallback_model: str | None = Field(
        None,
        description="The model asked there. Default: the same id. Alone: a second model of the first endpoint.",
    )
    moderation_model: str | None = Field(
        None,
        description="A second look at what people say, beside the built-in screen. "
        "Default: omni-moderation-latest when the endpoint is OpenAI's, else none.",
    )
    default_persona: str = Field("joy", description="Who answers when the request names no persona.")
    personas_dir: Path | None = Field(None, description="A folder of persona files in place of app/personas.")
    history_tokens: Annotated[int, Field(ge=0, le=100_000)] = Field(
        DEFAULT_HISTORY_TOKENS, description="How much of the conversation goes into the prompt, in estimated tokens."
    )
    es_deadline_s: Annotated[float, Field(gt=0.5, lt=ES_LIMIT_S)] = Field(
        4.5, description="Seconds from receipt to answer for ES, which gives up at 5."
    )
    cx_deadline_s: Annotated[float, Field(gt=0.5, lt=CX_LIMIT_S)] = Field(
        4.5, description="The same for CX: half a second less than the timeout set at the webhook, 29.5 at most."
    )
    follow_up_events: bool = Field(
        False,
        description="ES: when the model is late, answer with an event that makes Dialogflow call again, up to 3 times. "
        "Only for agents that have the intents WEBHOOK_FOLLOW_UP_1 to 3.",
    )
    session_ttl_s: Annotated[float, Field(gt=0, le=30 * 86_400)] = Field(
        1_800, description="Seconds after the last turn when a conversation is deleted."
    )
    sessions_path: Path = Field(Path(".data/sessions.sqlite3"), description="The file that conversations are kept in.")
    redis_url: SecretStr | None = Field(
        None,
        description="Keep conversations in Redis (or Valkey) instead, for several replicas: redis://..., rediss://....",
    )
    store_required: bool = Field(
        False,
        description="Refuse to start when conversations cannot be kept. Without it the server starts, and answers "
        "without memory until they can.",
    )
    session_turns_per_minute: Annotated[int, Field(ge=0)] = Field(
        120, description="How many turns one conversation may have; who sends more is asked to slow down. 0: no limit."
    )
    caller_turns_per_minute: Annotated[int, Field(ge=0)] = Field(
        0,
        description="The same for one address. 0: no limit, for Dialogflow's requests come from few addresses.",
    )
    model_calls_per_minute: Annotated[int, Field(ge=0)] = Field(
        0, description="How many model calls there may be, over all workers and replicas of one store. 0: no limit."
    )
    model_calls_per_day: Annotated[int, Field(ge=0)] = Field(
        0, description="The same for a day, which begins at midnight UTC. 0: no limit."
    )
    webhook_username: str | None = Field(None, description="Basic authentication: the user name set in Dialogflow.")
    webhook_password: SecretStr | None = Field(
        None, description="Basic authentication: the password set in Dialogflow."
    )
    webhook_header_name: str = Field("X-Webhook-Secret", description="Header authentication: the header's name.")
    webhook_header_value: SecretStr | None = Field(
        None, description="Header authentication: the secret value set in Dialogflow."
    )
    webhook_id_token_email: str | None = Field(
        None,
        description="Google ID token: the service agent whose token is accepted, "
        "service-<PROJECT-NUMBER>@gcp-sa-dialogflow.iam.gserviceaccount.com.",
    )
    webhook_id_token_audience: str | None = Field(
        None, description="Google ID token: the audience it must carry. Default: WEBHOOK_URL."
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="What Prometheus sends as a Bearer token to read /metrics. Default: the webhook's own credentials.",
    )
    webhook_url: str | None = Field(
        None, description="This server's public webhook URL. Default on Railway: https://RAILWAY_PUBLIC_DOMAIN/webhook."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="What is logged. No level ever shows what people said."
    )
    threads: Annotated[int, Field(ge=1, le=4_096)] = Field(
        128,
        description="Turns a worker can have in progress. As many more can wait, if they will be answered in time.",
    )
    web_concurrency: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Worker processes.")
    host: str | None = Field(
        None, description="Address to listen on. Default: every address in production, else only this machine."
    )
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(8080, description="Port to listen on. Railway sets it.")
    railway_public_domain: str | None = Field(None, description="Set by Railway.")
    railway_environment_name: str | None = Field(None, description="Set by Railway.")

    @property
    def is_production(self) -> bool:
        """Whether strangers can reach this server: said so, or on Railway."""
        return self.app_env == "production" or self.is_on_railway

    @property
    def is_on_railway(self) -> bool:
        """Whether Railway runs this server, and its edge stands in front of it."""
        return bool(self.railway_environment_name or self.railway_public_domain)

    @property
    def moderation(self) -> str | None:
        """The moderation model to ask, None for none."""
        return self.moderation_model or ("omni-moderation-latest" if self.openai_base_url == OPENAI_URL else None)

    @property
    def fallback_url(self) -> str | None:
        """The endpoint to ask when the first one fails, None for none; perhaps the first one, for another model."""
        return self.fallback_base_url or (self.openai_base_url if self.fallback_model else None)

    @property
    def model_key(self) -> str:
        """The first endpoint's key; one that needs none is sent a word in its place."""
        return self.openai_api_key.get_secret_value() if self.openai_api_key else "none"

    @property
    def fallback_key(self) -> str:
        """The second endpoint's key. The first one's never goes to another address."""
        if self.fallback_api_key:
            return self.fallback_api_key.get_secret_value()
        return "none" if self.fallback_base_url else self.model_key

    @property
    def bind_address(self) -> str:
        """Where to listen, as host:port."""
        return f"{self.host or ('0.0.0.0' if self.is_production else '127.0.0.1')}:{self.port}"  # noqa: S104 - meant

    @property
    def public_webhook_url(self) -> str | None:
        """The URL that Dialogflow is given, if it is known."""
        if self.webhook_url or not self.railway_public_domain:
            return self.webhook_url
        return f"https://{self.railway_public_domain}/webhook"

    @property
    def id_token_audience(self) -> str | None:
        """The audience that an ID token must carry."""
        return self.webhook_id_token_audience or self.public_webhook_url

    @model_validator(mode="after")
    def _check_whole(self) -> "Settings":
        problems = [*self._authentication_problems(), *self._model_problems(), *self._store_problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _authentication_problems(self) -> list[str]:
        problems = []
        if bool(self.webhook_username) != bool(self.webhook_password):
            problems.append("WEBHOOK_USERNAME and WEBHOOK_PASSWORD go together: set both or none")
        if self.webhook_id_token_email and not self.id_token_audience:
            problems.append("WEBHOOK_ID_TOKEN_EMAIL needs an audience: set WEBHOOK_URL or WEBHOOK_ID_TOKEN_AUDIENCE")
        is_open = not (self.webhook_username or self.webhook_header_value or self.webhook_id_token_email)
        if self.is_production and is_open:
            problems.append(
                "anybody could call this server: set WEBHOOK_USERNAME and WEBHOOK_PASSWORD, or WEBHOOK_HEADER_VALUE, "
                "or WEBHOOK_ID_TOKEN_EMAIL, to what the agent is set to send"
            )
        return problems

    def _store_problems(self) -> list[str]:
        url = self.redis_url.get_secret_value() if self.redis_url else "redis://"
        if url.startswith(("redis://", "rediss://", "unix://")):
            return []
        return ["REDIS_URL is no address of a Redis: expected something like redis://:password@host:6379/0"]

    def _model_problems(self) -> list[str]:
        named = {"OPENAI_BASE_URL": self.openai_base_url, "FALLBACK_BASE_URL": self.fallback_base_url}
        strange = [name for name, url in named.items() if url is not None and not _ADDRESS.match(url)]
        if strange:
            return [f"{name} is no address: expected something like http://127.0.0.1:8090/v1" for name in strange]
        if self.fallback_api_key and not self.fallback_url:
            return ["FALLBACK_API_KEY is a key to nothing: set FALLBACK_BASE_URL or FALLBACK_MODEL"]
        if self.openai_api_key or self.openai_base_url != OPENAI_URL:
            return []
        advice = "set OPENAI_API_KEY, or OPENAI_BASE_URL to an endpoint of your own, or start with scripts/serve"
        return [f"no model endpoint: {advice}, which brings one"]


def read_settings(**overrides: Any) -> Settings:
    """Return the settings from the environment and .env. Raises ConfigError listing every problem at once."""
    try:
        return Settings(**overrides)
    except UnicodeDecodeError:
        raise ConfigError(
            "the settings do not allow a start:\n- .env is not UTF-8; save it again in that encoding"
        ) from None
    except ValidationError as error:
        raise ConfigError("\n".join([_NO_START, *_problems(error)])) from None


def _problems(error: ValidationError) -> list[str]:
    """Return a line a problem, without the values: a secret may stand in the wrong variable."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        variable = ".".join(str(part) for part in problem["loc"]).upper()
        message = str(problem["msg"]).removeprefix("Value error, ")
        lines += [f"- {variable}: {message}"] if variable else [f"- {line}" for line in message.splitlines()]
    return lines
