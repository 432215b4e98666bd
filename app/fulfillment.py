"""One turn, top to bottom: who answers, what is remembered, by rule or by model, and always in words.

Whatever fails here costs as little as it can: a store the memory of this turn, a model its own words.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from zlib import crc32

from app.core.deadline import Clock, Deadline
from app.core.errors import ModelError, StoreError
from app.core.persona import Persona
from app.core.prompt import MAX_USER_CHARACTERS, Prompt, build_prompt
from app.core.reply import tidy
from app.core.requests import asks_to_forget, forgotten_words
from app.core.types import Care, Completion, Exchange, Reply, ReplySource, Session, Turn
from app.sessions import Sessions

RESERVE_S = 0.25  # of the deadline, for what comes after the model: the store may take 0.2 s, rendering takes 1 ms


class Models(Protocol):
    """What a turn needs of a model endpoint; models.endpoint.Endpoint is one."""

    def complete(self, prompt: Prompt, model: str, deadline: Deadline) -> Completion:
        """Return the model's words, those so far at the deadline. Raises ModelError when there is not one."""

    def ping(self, deadline: Deadline) -> None:
        """Return when the endpoint answers. Raises ModelError."""


@dataclass(frozen=True, slots=True)
class Services:
    """All that a turn needs from outside. `model_of` is every persona's model id, `wall_clock` seconds since 1970."""

    personas: Mapping[str, Persona]
    default_persona: str
    model_of: Mapping[str, str]
    sessions: Sessions
    models: Models
    history_tokens: int
    clock: Clock
    wall_clock: Clock


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """What became of a turn. `problems` are labels for the log, such as "ModelTimeout"; never what was said."""

    reply: Reply
    persona: str
    completion: Completion | None = None
    problems: tuple[str, ...] = ()


def fulfill(turn: Turn, deadline: Deadline, services: Services) -> Fulfillment:
    """Return the answer to a turn, before the deadline, never empty."""
    session, problems = _recall(turn, services)
    persona = choose_persona(turn, session, services)
    if session.persona != persona.id:
        session = Session()
    if turn.kind == "text" and asks_to_forget(turn.text):
        return Fulfillment(_forget(turn, services), persona.id, problems=problems)
    by_rule = _answer_by_rule(turn, persona)
    if by_rule is not None:
        return Fulfillment(by_rule, persona.id, problems=problems)
    seed = crc32((turn.id if problems else turn.session).encode()) + session.turns
    answered = _answer_by_model(turn, persona, session, seed, deadline.earlier(RESERVE_S), services)
    problems += answered.problems + _remember(turn, persona, answered.reply, services)
    return replace(answered, problems=problems)


def last_resort(turn: Turn, services: Services) -> Fulfillment:
    """Return an answer that depends on nothing but the default persona's words, for when fulfill itself failed."""
    persona = services.personas[services.default_persona]
    return Fulfillment(_fallback(turn, persona, crc32(turn.id.encode())), persona.id)


def choose_persona(turn: Turn, session: Session, services: Services) -> Persona:
    """Return who answers: named by tag, by parameter, by intent, the one of the session so far, else the default."""
    by_intent = {intent: persona.id for persona in services.personas.values() for intent in persona.intents}
    wanted = (
        turn.tag.lower(),
        turn.persona.lower(),
        by_intent.get(turn.intent, ""),
        session.persona,
        services.default_persona,
    )
    return next(services.personas[name] for name in wanted if name in services.personas)


def session_key(channel: str, session: str) -> str:
    """Return the name a session has in the store and the log: a hash, so that neither holds the caller's id."""
    return hashlib.blake2b(f"{channel}\n{session}".encode(), digest_size=16).hexdigest()


def _recall(turn: Turn, services: Services) -> tuple[Session, tuple[str, ...]]:
    if not turn.session:
        return Session(), ()
    try:
        return services.sessions.read(session_key(turn.channel, turn.session), services.wall_clock()), ()
    except StoreError:
        return Session(), ("StoreError",)


def _remember(turn: Turn, persona: Persona, reply: Reply, services: Services) -> tuple[str, ...]:
    """Keep the exchange; a persona without memory keeps no words. Return what went wrong."""
    if not turn.session:
        return ()
    exchange = (
        Exchange(turn.text[:MAX_USER_CHARACTERS], reply.text, answered=reply.source != "fallback")
        if persona.memory
        else None
    )
    key = session_key(turn.channel, turn.session)
    try:
        services.sessions.append(key, exchange, persona.id, Care(), services.wall_clock())
    except StoreError:
        return ("StoreError",)
    return ()


def _forget(turn: Turn, services: Services) -> Reply:
    is_done = True
    try:
        services.sessions.forget(session_key(turn.channel, turn.session))
    except StoreError:
        is_done = False
    return Reply(forgotten_words(turn.language, is_done), "rule")


def _answer_by_rule(turn: Turn, persona: Persona) -> Reply | None:
    """Return the answer to everything that is not a person's words, None for those."""

    def pick(lines: Sequence[str]) -> str:
        return lines[crc32(turn.id.encode()) % len(lines)]

    suggestions = persona.lines(persona.suggestions, turn.language)
    match turn.kind:
        case "text":
            return None
        case "welcome" | "health_check":
            return Reply(pick(persona.lines(persona.greeting, turn.language)), "greeting", suggestions)
        case "goodbye":
            return Reply(pick(persona.lines(persona.farewell, turn.language)), "rule", end_session=True)
        case "slot_filling" if turn.prompt:
            return Reply(turn.prompt, "rule")
        case _:
            return Reply(pick(persona.lines(persona.reprompt, turn.language)), "rule", suggestions)


def _answer_by_model(
    turn: Turn, persona: Persona, session: Session, seed: int, deadline: Deadline, services: Services
) -> Fulfillment:
    prompt = build_prompt(persona, session.exchanges, turn.text, turn.language, services.history_tokens)
    try:
        completion = services.models.complete(prompt, services.model_of[persona.id], deadline)
    except ModelError as error:
        return Fulfillment(_fallback(turn, persona, seed), persona.id, problems=(type(error).__name__,))
    text = tidy(persona, completion)
    if not text:
        problem = f"no_words_{completion.finish_reason}"
        return Fulfillment(_fallback(turn, persona, seed), persona.id, completion, (problem,))
    source: ReplySource = "model" if completion.finish_reason in {"stop", "length"} else "partial"
    return Fulfillment(Reply(text, source), persona.id, completion)


def _fallback(turn: Turn, persona: Persona, seed: int) -> Reply:
    """Return a fallback line; seeds that follow each other give different ones."""
    lines = persona.lines(persona.fallback, turn.language)
    return Reply(lines[seed % len(lines)], "fallback")
