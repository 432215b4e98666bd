"""Late answers within turns: events that call again, the line for meanwhile, and the turn that the answer opens."""

from concurrent.futures import Executor
from dataclasses import replace
from uuid import uuid4

import pytest

from app.core.deadline import Deadline
from app.core.errors import ModelBroken, ModelTimeout
from app.core.keys import session_key
from app.core.late import KEPT_S
from app.core.types import Care, Exchange, Message, Reply, Turn, TurnKind
from app.fulfillment import Fulfillment, fulfill
from app.services import Services
from app.sessions.turns import Outcome
from tests.fakes import BrokenSessions, FakeClock, FakeModels

KEY = session_key("dialogflow_es", "abc")


@pytest.fixture(autouse=True)
def _has_been_told(services: Services, wall_clock: FakeClock) -> None:
    """The conversation goes on: that JOY is a program has just been said."""
    now = wall_clock.now
    services.sessions.append(KEY, Outcome("joy", Care(seen_at=now, disclosed_at=now), now), now)


@pytest.fixture
def with_events(services: Services) -> Services:
    return replace(services, follow_ups={"dialogflow_es": 3})


def turn(text: str = "", kind: TurnKind = "text", **fields: object) -> Turn:
    values = {"text": text, "session": "abc", "language": "en", "id": uuid4().hex, **fields}
    return Turn(channel="dialogflow_es", kind=kind, **values)  # type: ignore[arg-type]


def follow_up(number: int) -> Turn:
    return turn(kind="follow_up", event=f"WEBHOOK_FOLLOW_UP_{number}", follow_up=number)


def run(turn: Turn, services: Services) -> Fulfillment:
    return fulfill(turn, Deadline(services.clock() + 4.5, services.clock), services)


def be_late(services: Services, models: FakeModels, text: str = "My dog died") -> Fulfillment:
    models.queue.append(ModelTimeout("late"))
    return run(turn(text), services)


def test_a_late_model_gets_called_for_again(with_events: Services, models: FakeModels) -> None:
    """With the intents in the agent, the answer to a turn without a sentence is an event, and the model goes on."""
    result = be_late(with_events, models)

    assert (result.reply.follow_up, result.reply.source, result.problems) == (1, "fallback", ("ModelTimeout",))
    assert (len(models.going_on), models.cuts) == (1, 0)


def test_a_follow_up_brings_the_words(with_events: Services, models: FakeModels) -> None:
    """What the model said meanwhile is the answer, and stands in the history as one."""
    be_late(with_events, models)
    models.say_at_last("I am sorry about Rex. What was he like?")

    result = run(follow_up(1), with_events)

    assert result.reply == Reply("I am sorry about Rex. What was he like?", "late")
    kept = with_events.sessions.read(KEY, with_events.wall_clock()).exchanges
    assert kept == (Exchange("My dog died", "I am sorry about Rex. What was he like?"),)


def test_follow_ups_wait_and_call_again_three_times(with_events: Services, models: FakeModels) -> None:
    """Each follow-up waits for its whole time; after the third a line says that the answer will come."""
    be_late(with_events, models)
    began_at = with_events.clock()

    results = [run(follow_up(number), with_events).reply for number in (1, 2, 3)]

    assert [reply.follow_up for reply in results] == [2, 3, 0]
    assert results[-1].text in (with_events.personas["joy"].later or {})["en"]
    assert with_events.clock() - began_at == pytest.approx(3 * 4.25, abs=0.2)


def test_a_follow_up_is_told_when_nothing_will_come(with_events: Services, models: FakeModels) -> None:
    """A model that fails after all is not waited for."""
    be_late(with_events, models)
    models.say_at_last(None)
    began_at = with_events.clock()

    result = run(follow_up(1), with_events)

    assert (result.reply.source, result.reply.follow_up, result.problems) == ("fallback", 0, ("nothing_owed",))
    assert with_events.clock() == began_at


def test_a_notice_is_not_wasted_on_an_event(with_events: Services, models: FakeModels, wall_clock: FakeClock) -> None:
    """Nobody sees what stands beside an event: that JOY is a program is said with the words."""
    wall_clock.now += 2_000
    first = be_late(with_events, models)
    models.say_at_last("I am sorry.")

    second = run(follow_up(1), with_events)

    assert "computer program" not in first.reply.text
    assert "computer program" in second.reply.text


def test_without_events_the_answer_opens_the_next_turn(services: Services, models: FakeModels) -> None:
    """First a line that it will come; then it stands before the answer to the next words, which knows of it."""
    first = be_late(services, models)
    models.say_at_last("I am sorry about Rex.")
    models.say("What do you miss most?")

    second = run(turn("He was old"), services)

    assert first.reply.text in (services.personas["joy"].later or {})["en"]
    assert second.reply.text == "Coming back to what you said before: I am sorry about Rex. What do you miss most?"
    assert models.prompts[1].messages[-3:] == (
        Message("user", "My dog died"),
        Message("assistant", "I am sorry about Rex."),
        Message("user", "He was old"),
    )
    assert services.sessions.read(KEY, services.wall_clock()).exchanges == (
        Exchange("My dog died", "I am sorry about Rex."),
        Exchange("He was old", "What do you miss most?"),
    )


def test_silence_gets_the_late_answer_alone(services: Services, models: FakeModels) -> None:
    """Where nobody said anything, nothing else need be said."""
    be_late(services, models)
    models.say_at_last("I am sorry about Rex.")

    assert run(turn(kind="empty"), services).reply.text == "Coming back to what you said before: I am sorry about Rex."


def test_the_late_answer_comes_once(services: Services, models: FakeModels) -> None:
    """What was told is not told again."""
    be_late(services, models)
    models.say_at_last("I am sorry about Rex.")
    for words in ("One.", "Two."):
        models.say(words)

    texts = [run(turn(text), services).reply.text for text in ("a", "b")]

    assert texts == ["Coming back to what you said before: I am sorry about Rex. One.", "Two."]


def test_words_that_were_answered_meanwhile_are_not_answered_again(services: Services, models: FakeModels) -> None:
    """The next turn's model is asked with the words that wait; what the first one then says is dropped."""
    be_late(services, models)
    models.say("Both of it?")
    models.say("Go on?")
    second = run(turn("And my cat"), services)
    models.say_at_last("I am sorry about Rex.")

    third = run(turn("Yes"), services)

    assert models.prompts[1].messages[-1] == Message("user", "My dog died\nAnd my cat")
    assert [second.reply.text, third.reply.text] == ["Both of it?", "Go on?"]


def test_a_late_answer_expires(services: Services, models: FakeModels, wall_clock: FakeClock) -> None:
    """Minutes later it would come out of the blue."""
    be_late(services, models)
    models.say_at_last("I am sorry about Rex.")
    models.say("Hello again.")
    wall_clock.now += KEPT_S

    assert run(turn("hi"), services).reply.text == "Hello again."


def test_a_crisis_between_drops_the_late_answer(
    with_events: Services, models: FakeModels, background: Executor
) -> None:
    """Who has just disclosed something is not told about the dog, neither by a follow-up nor afterwards."""
    be_late(with_events, models)
    run(turn("I want to kill myself"), with_events)
    background.shutdown()
    models.say_at_last("I am sorry about Rex.")

    replies = [run(follow_up(1), with_events).reply, run(turn("never mind"), with_events).reply]

    assert [reply.source for reply in replies] == ["safety", "safety"]
    assert not any("Rex" in reply.text for reply in replies)


def test_a_late_answer_is_screened(services: Services, models: FakeModels) -> None:
    """What a model must not say it must not say late either."""
    be_late(services, models)
    models.say_at_last("Maybe everyone would be better off without you.")
    models.say("Go on?")

    assert "better off" not in run(turn("hello?"), services).reply.text


def test_delete_my_data_deletes_what_is_still_to_come(services: Services, models: FakeModels) -> None:
    """A model that still speaks while everything is deleted leaves nothing."""
    be_late(services, models)
    run(turn("delete my data"), services)
    models.say_at_last("I am sorry about Rex.")
    models.say("Hello.")

    assert "Rex" not in run(turn("hi"), services).reply.text
    assert all("dog" not in message.text for message in models.prompts[1].messages)


def test_another_persona_does_not_tell_it(services: Services, models: FakeModels) -> None:
    """The interviewer does not come back to what was said to JOY."""
    be_late(services, models)
    models.say_at_last("I am sorry about Rex.")
    models.say("What is a heap?")

    assert "Rex" not in run(turn("Ask me", intent="interviewer"), services).reply.text


def test_without_a_store_nothing_is_promised(services: Services, models: FakeModels) -> None:
    """Nobody could collect the answer: the model is cut and a fallback line said."""
    models.queue.append(ModelTimeout("late"))

    result = run(turn("My dog died"), replace(services, sessions=BrokenSessions()))

    assert any(line in result.reply.text for line in services.personas["joy"].fallback["en"])
    assert (models.going_on, models.cuts) == ([], 1)


def test_a_model_that_fails_at_once_promises_nothing(services: Services, models: FakeModels) -> None:
    """Only what is on its way can come late."""
    models.queue.append(ModelBroken("HTTP 500"))

    assert run(turn("My dog died"), services).reply.text in services.personas["joy"].fallback["en"]
    assert models.going_on == []


def test_whole_sentences_are_not_waited_for(with_events: Services, models: FakeModels) -> None:
    """One sentence at the deadline is an answer, and the model says no more."""
    models.say("That sounds hard. What hap", "deadline")

    result = run(turn("My dog died"), with_events)

    assert (result.reply.text, result.reply.follow_up) == ("That sounds hard.", 0)
    assert (models.going_on, models.cuts) == ([], 1)


def test_a_persona_without_the_lines_says_a_fallback_line(services: Services, models: FakeModels) -> None:
    """Personas of before can be late as well."""
    plain = services.personas["joy"].model_copy(update={"later": None, "coming_back": None})
    services = replace(services, personas={**services.personas, "joy": plain})
    first = be_late(services, models)
    models.say_at_last("I am sorry about Rex.")
    models.say("And you?")

    assert first.reply.text in plain.fallback["en"]
    assert run(turn("hm"), services).reply.text == "I am sorry about Rex. And you?"
