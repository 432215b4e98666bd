"""One turn on fakes: who answers, what the model is asked, what is remembered, what happens when things fail."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from app.core.deadline import Deadline
from app.core.errors import ModelBroken, ModelRefused, ModelTimeout
from app.core.keys import session_key
from app.core.types import Care, Exchange, Message, Session, Turn, TurnKind
from app.fulfillment import Fulfillment, choose_persona, fulfill
from app.order import RESERVE_S
from app.services import Services
from app.sessions.turns import Outcome
from tests.fakes import BrokenSessions, FakeClock, FakeModels

TOLD = Care(seen_at=1_700_000_000.0, disclosed_at=1_700_000_000.0)


@pytest.fixture(autouse=True)
def _has_been_told(services: Services) -> None:
    """The conversation goes on: that JOY is a program has just been said (tests/test_fulfillment_safety.py)."""
    now = services.wall_clock()
    services.sessions.append(session_key("dialogflow_es", "abc"), Outcome("joy", TOLD, now), now)


def text_turn(text: str, **fields: Any) -> Turn:
    values: dict[str, Any] = {"session": "abc", "language": "en", "id": uuid4().hex, **fields}
    return Turn(channel="dialogflow_es", kind="text", text=text, **values)


def run(turn: Turn, services: Services) -> Fulfillment:
    return fulfill(turn, Deadline(services.clock() + 4.5, services.clock), services)


def test_fulfill_answers_with_the_models_words(services: Services, models: FakeModels) -> None:
    """What the model says is the reply, tidied."""
    models.say("JOY: That sounds hard. What happened?\nUser: I")

    result = run(text_turn("I feel low"), services)

    assert (result.reply.text, result.reply.source) == ("That sounds hard. What happened?", "model")
    assert (result.persona, result.problems) == ("joy", ())


def test_fulfill_leaves_time_for_what_comes_after_the_model(services: Services, models: FakeModels) -> None:
    """The model's deadline is earlier than the turn's."""
    models.say("Yes.")

    run(text_turn("Hello"), services)

    assert models.left_s == [pytest.approx(4.5 - RESERVE_S)]


def test_fulfill_remembers_the_conversation(services: Services, models: FakeModels) -> None:
    """The second prompt holds the first exchange, in order, before the new words."""
    models.say("I am sorry about Rex.")
    models.say("His name was Rex.")

    run(text_turn("My dog Rex died"), services)
    run(text_turn("What was his name?"), services)

    assert models.prompts[1].messages[-3:] == (
        Message("user", "My dog Rex died"),
        Message("assistant", "I am sorry about Rex."),
        Message("user", "What was his name?"),
    )


def test_fulfill_keeps_sessions_apart(services: Services, models: FakeModels) -> None:
    """Another session's prompt knows nothing of the first."""
    models.say("I see.")
    models.say("Hello.")

    run(text_turn("My secret", session="one"), services)
    run(text_turn("Hi", session="two"), services)

    assert all("secret" not in message.text for message in models.prompts[1].messages)


def test_fulfill_without_session_remembers_nothing(services: Services, models: FakeModels) -> None:
    """Requests without a session id do not share one memory."""
    models.say("I see.")
    models.say("Hello.")

    run(text_turn("My secret", session=""), services)
    run(text_turn("Hi", session=""), services)

    assert all("secret" not in message.text for message in models.prompts[1].messages)


@pytest.mark.parametrize("error", [ModelRefused("no"), ModelBroken("HTTP 500")])
def test_fulfill_falls_back_to_the_personas_words(services: Services, models: FakeModels, error: Exception) -> None:
    """A model that fails costs its words, not the answer."""
    models.queue.append(error)

    result = run(text_turn("Hello"), services)

    assert result.reply.text in services.personas["joy"].fallback["en"]
    assert (result.reply.source, result.problems) == ("fallback", (type(error).__name__,))


def test_fallback_lines_differ_in_a_row(services: Services, models: FakeModels) -> None:
    """Three failures in one session meet three different lines."""
    models.queue += [ModelBroken("HTTP 500")] * 3

    texts = {run(text_turn(f"Hello {number}"), services).reply.text for number in range(3)}

    assert len(texts) == 3


def test_words_that_met_a_fallback_are_asked_again(services: Services, models: FakeModels) -> None:
    """What was said before a failure reaches the model with the next words."""
    models.queue.append(ModelTimeout("late"))
    models.say("I am sorry about Rex.")

    run(text_turn("My dog Rex died"), services)
    run(text_turn("Are you there?"), services)

    assert models.prompts[1].messages[-1] == Message("user", "My dog Rex died\nAre you there?")


def test_partial_words_end_at_a_sentence(services: Services, models: FakeModels) -> None:
    """At the deadline, whole sentences are the answer."""
    models.say("That sounds hard. What hap", "deadline")

    result = run(text_turn("I feel low"), services)

    assert (result.reply.text, result.reply.source) == ("That sounds hard.", "partial")


def test_no_whole_sentence_at_the_deadline_is_a_fallback(services: Services, models: FakeModels) -> None:
    """Half a sentence is no answer."""
    models.say("That sou", "deadline")

    result = run(text_turn("I feel low"), services)

    assert (result.reply.source, result.problems) == ("fallback", ("no_words_deadline",))


def test_a_store_that_is_down_costs_only_the_memory(services: Services, models: FakeModels) -> None:
    """Every turn is answered without the store."""
    models.say("I hear you. What happened?")

    result = run(text_turn("I feel low"), replace(services, sessions=BrokenSessions()))

    assert result.reply.text.endswith("I hear you. What happened?")
    assert result.problems == ("StoreError",)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("welcome", "greeting"),
        ("health_check", "greeting"),
        ("empty", "rule"),
        ("dtmf", "rule"),
        ("event", "rule"),
        ("goodbye", "rule"),
        ("slot_filling", "rule"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-CN", "de", ""])
def test_what_nobody_said_never_reaches_a_model(
    services: Services, models: FakeModels, kind: TurnKind, source: str, language: str
) -> None:
    """Events, digits, silence and slot filling are answered by rule, in words, in any language."""
    turn = Turn(channel="dialogflow_es", kind=kind, session="abc", language=language, id="1")

    result = run(turn, services)

    assert result.reply.text
    assert result.reply.source == source
    assert models.prompts == []


def test_slot_filling_repeats_dialogflows_own_question(services: Services) -> None:
    """While Dialogflow collects parameters, its prompt goes through."""
    turn = Turn(channel="dialogflow_es", kind="slot_filling", text="tomorrow", prompt="At what time?")

    assert run(turn, services).reply.text == "At what time?"


def test_goodbye_ends_the_session(services: Services) -> None:
    """A farewell says that it is one."""
    assert run(Turn(channel="dialogflow_es", kind="goodbye"), services).reply.end_session


def test_forget_deletes_the_conversation(services: Services, models: FakeModels) -> None:
    """\"Delete my data\" empties the memory, without asking a model."""
    models.say("I see.")
    models.say("Hello.")
    run(text_turn("My secret"), services)

    result = run(text_turn("Please delete my data"), services)
    run(text_turn("Hi"), services)

    assert "deleted" in result.reply.text
    assert len(models.prompts) == 2
    assert all("secret" not in message.text for message in models.prompts[1].messages)


def test_forget_says_when_it_could_not(services: Services) -> None:
    """A deletion that failed is not claimed to be done."""
    result = run(text_turn("delete my data"), replace(services, sessions=BrokenSessions()))

    assert "could not" in result.reply.text


@pytest.mark.parametrize(
    ("turn", "session", "expected"),
    [
        (text_turn("x", tag="support"), Session(), "support"),
        (text_turn("x", persona="superhero"), Session(), "superhero"),
        (text_turn("x", intent="interviewer"), Session(), "interviewer"),
        (text_turn("x"), Session(persona="support"), "support"),
        (text_turn("x", tag="interviewer"), Session(persona="support"), "interviewer"),
        (text_turn("x", tag="no such"), Session(), "joy"),
        (text_turn("x"), Session(persona="gone"), "joy"),
        (text_turn("x"), Session(), "joy"),
    ],
)
def test_choose_persona(services: Services, turn: Turn, session: Session, expected: str) -> None:
    """Tag, parameter, intent, the session so far, the default: the first that names a persona wins."""
    assert choose_persona(turn, session, services).id == expected


def test_a_new_persona_does_not_hear_the_old_conversation(services: Services, models: FakeModels) -> None:
    """Changing the persona begins a conversation of its own, which then goes on without being named."""
    for _ in range(3):
        models.say("Fine.")
    run(text_turn("I told JOY a secret"), services)

    run(text_turn("Ask me about trees", intent="interviewer"), services)
    result = run(text_turn("A tree has no cycles"), services)

    assert result.persona == "interviewer"
    assert all("secret" not in message.text for message in models.prompts[2].messages)
    assert models.prompts[2].messages[-3].text == "Ask me about trees"


def test_a_persona_without_memory_keeps_no_words(services: Services, models: FakeModels) -> None:
    """The superhero persona leaves no words in the store."""
    models.say("Relay hears machines.")

    run(text_turn("52, woman, machines", tag="superhero"), services)

    key = session_key("dialogflow_es", "abc")
    session = services.sessions.read(key, services.wall_clock())
    assert (session.persona, session.exchanges, session.turns) == ("superhero", (), 1)


def test_memory_ends_with_the_time_to_live(services: Services, models: FakeModels, wall_clock: FakeClock) -> None:
    """Half an hour later the conversation is new."""
    models.say("I see.")
    models.say("Hello.")
    run(text_turn("My secret"), services)

    wall_clock.now += 1_801
    run(text_turn("Hi"), services)

    assert all("secret" not in message.text for message in models.prompts[1].messages)


def test_exchanges_are_kept_under_the_hashed_key(services: Services, models: FakeModels) -> None:
    """What is stored is the exchange as it was said and sent."""
    models.say("I hear you.")

    run(text_turn("I feel low"), services)

    kept = services.sessions.read(session_key("dialogflow_es", "abc"), services.wall_clock())
    assert kept.exchanges == (Exchange("I feel low", "I hear you."),)
