"""How everything that turns need is made from the settings. Nothing here connects: it may happen before a fork."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from app.channels import CHANNELS
from app.core.deadline import Deadline
from app.core.errors import ConfigError, ModelError, StoreError
from app.core.persona import Persona
from app.core.types import RiskLevel
from app.gate import Gate
from app.limits import Limits, call_counter
from app.models.endpoint import Endpoint
from app.models.guarded import GuardedEndpoint
from app.models.lineup import Candidate, Lineup
from app.personas import SHIPPED, as_asked, load_personas
from app.safety.content import load_content
from app.services import Moderate, Services
from app.sessions import Store
from app.sessions.flags import Flags
from app.sessions.sqlite import SqliteSessions
from app.settings import Settings, choose_model
from app.tally import Tally

logger = logging.getLogger(__name__)

_BACKGROUND_THREADS = 32


def make_services(settings: Settings) -> Services:
    """Return what turns need, as the settings say. Nothing is connected yet, so this may happen before a fork."""
    load_content()
    folder = settings.personas_dir or SHIPPED
    personas = load_personas(folder)
    if settings.default_persona not in personas:
        known = ", ".join(personas)
        raise ConfigError(f'DEFAULT_PERSONA is "{settings.default_persona}"; the personas are: {known}')
    sessions = open_store(settings)
    tally = Tally(sessions, time.time)
    limits = limits_of(settings)
    model_of = {persona.id: _model_of(persona, settings) for persona in personas.values()}
    return Services(
        personas={persona.id: as_asked(persona, model_of[persona.id], folder) for persona in personas.values()},
        default_persona=settings.default_persona,
        model_of=model_of,
        sessions=sessions,
        flags=Flags(),
        session_ttl_s=settings.session_ttl_s,
        models=make_lineup(settings, call_counter(limits, tally)),
        moderate=_moderate_with(settings),
        moderating=ThreadPoolExecutor(_BACKGROUND_THREADS, thread_name_prefix="moderating"),
        background=ThreadPoolExecutor(_BACKGROUND_THREADS, thread_name_prefix="background"),
        history_tokens=settings.history_tokens,
        gate=Gate(settings.threads, time.monotonic),
        tally=tally,
        limits=limits,
        follow_ups={channel.NAME: len(channel.FOLLOW_UP_EVENTS) for channel in CHANNELS if settings.follow_up_events},
        clock=time.monotonic,
        wall_clock=time.time,
        pause=time.sleep,
    )


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name. Nothing is connected yet. Raises ConfigError."""
    if settings.redis_url is None:
        return SqliteSessions(settings.sessions_path, settings.session_ttl_s)
    from app.sessions.redis import RedisSessions  # 0.2 s and some MB that other servers need not spend

    # Every thread of this process may ask at once: turns, models' late answers, the background. None is refused.
    connections = 4 * settings.threads + 2 * _BACKGROUND_THREADS
    try:
        return RedisSessions(settings.redis_url.get_secret_value(), settings.session_ttl_s, connections)
    except ValueError:  # its message would show the password
        raise ConfigError("REDIS_URL cannot be read: expected something like redis://:password@host:6379/0") from None


def limits_of(settings: Settings) -> Limits:
    """Return how much is allowed."""
    return Limits(
        settings.session_turns_per_minute,
        settings.caller_turns_per_minute,
        settings.model_calls_per_minute,
        settings.model_calls_per_day,
    )


def make_lineup(settings: Settings, may_call: Callable[[], bool]) -> Lineup:
    """Return the model endpoints in the order in which they are asked. Nothing is connected yet."""

    def guarded(name: str, url: str, key: str) -> GuardedEndpoint:
        most_calls = 2 * settings.threads  # those of turns, and late ones that go on after theirs
        endpoint = Endpoint(url, key, most_calls, settings.model_stream)
        return GuardedEndpoint(name, endpoint, Endpoint(url, key, 1), time.monotonic)

    candidates = [Candidate(guarded("first", settings.openai_base_url, settings.model_key))]
    if settings.fallback_url:
        second = guarded("second", settings.fallback_url, settings.fallback_key)
        candidates.append(Candidate(second, settings.fallback_model))
    return Lineup(candidates, may_call)


def check_store(settings: Settings) -> None:
    """Return when the store can be used, or need not be. Raises ConfigError. Nothing stays open: a fork may follow."""
    if not settings.store_required:
        return
    with closing(open_store(settings)) as store:
        try:
            store.ping()
        except StoreError as error:
            where = "REDIS_URL" if settings.redis_url else "SESSIONS_PATH"
            advice = f"see {where}, or set STORE_REQUIRED=false to start without memory"
            raise ConfigError(f"conversations cannot be kept ({error}): {advice}") from None


def _moderate_with(settings: Settings) -> Moderate | None:
    """Return how to ask the second rail. It has connections of its own: when it hangs, the persona's model must not."""
    model = settings.moderation
    if model is None:
        return None
    endpoint = Endpoint(settings.openai_base_url, settings.model_key, _BACKGROUND_THREADS)

    def moderate(text: str, deadline: Deadline) -> RiskLevel:
        try:
            return endpoint.moderate(text, model, deadline)
        except ModelError as error:
            logger.warning("moderation did not answer", extra={"reason": type(error).__name__})
            return "none"

    return moderate


def _model_of(persona: Persona, settings: Settings) -> str:
    model = choose_model(persona.id, persona.model, settings.model, settings.default_models)
    if not model:
        raise ConfigError(f'no model for persona {persona.id}: set MODEL, or "model" in {persona.id}.toml')
    return model
