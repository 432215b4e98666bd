"""Turns in their order and once: who waits, for how long, and what a repetition is told."""

import threading
from concurrent.futures import Executor
from dataclasses import replace

import pytest

from app.core.deadline import Deadline
from app.core.keys import session_key, turn_key
from app.core.prompt import Prompt
from app.core.types import Care, Exchange, Turn
from app.fulfillment import Fulfillment, fulfill
from app.order import MODEL_S, RESERVE_S
from app.services import Services
from app.sessions.turns import Closing, Outcome, Ticket
from tests.fakes import BrokenSessions, FakeAsking, FakeClock, FakeModels

KEY = session_key("dialogflow_es", "abc")


def said(text: str, id: str = "") -> Turn:  # noqa: A002 - as the field is called
    return Turn(channel="dialogflow_es", kind="text", text=text, session="abc", language="en", id=id or text)


def run(turn: Turn, services: Services) -> Fulfillment:
    return fulfill(turn, Deadline(services.clock() + 4.5, services.clock), services)


def begin(services: Services, turn: Turn) -> tuple[Ticket, int]:
    """Let another worker begin a turn and be slow."""
    ticket = Ticket(KEY, turn_key(turn), "another worker", services.wall_clock() + 5)
    return ticket, services.sessions.enter(ticket, services.wall_clock()).number


def test_a_repeated_turn_gets_the_same_answer(services: Services, models: FakeModels) -> None:
    """One model call, one history entry, and word for word the answer of the first time."""
    models.say("I am sorry.")
    first = run(said("My dog died"), services)

    again = run(said("My dog died"), services)

    assert (again.reply, again.persona, again.problems) == (first.reply, "joy", ("repeat",))
    assert len(models.prompts) == 1
    assert services.sessions.read(KEY, services.wall_clock()).turns == 1


def test_yes_twice_is_two_turns(services: Services, models: FakeModels) -> None:
    """The same word under another id is said again, and answered again."""
    models.say("One?")
    models.say("Two?")

    texts = [run(said("yes", id=id_), services).reply.text for id_ in ("1", "2")]

    assert texts[1] == "Two?"
    assert len(models.prompts) == 2


def test_a_repetition_waits_for_the_first_answer(services: Services, clock: FakeClock) -> None:
    """While the first request is being answered the second one waits, and is told the same."""
    turn = said("My dog died")
    ticket, number = begin(services, turn)
    answer = '{"reply": {"text": "I am sorry.", "source": "model", "suggestions": []}, "persona": "joy"}'

    def answer_after_a_second(seconds: float) -> None:
        clock.pause(seconds)
        if clock.now > 101:
            closing = Closing(ticket, number, answer, services.wall_clock() + 60, "dropped")
            services.sessions.append(KEY, Outcome("joy", Care(), 0.0, closing=closing), services.wall_clock())

    result = run(turn, replace(services, pause=answer_after_a_second))

    assert (result.reply.text, result.reply.source) == ("I am sorry.", "model")
    assert clock.now == pytest.approx(101, abs=0.1)


def test_a_repetition_that_is_never_answered_gets_a_line(services: Services, models: FakeModels) -> None:
    """At its own deadline it goes without: never silence, never a second call."""
    begin(services, said("My dog died"))
    began_at = services.clock()

    result = run(said("My dog died"), services)

    assert result.reply.source == "fallback"
    assert services.clock() - began_at == pytest.approx(4.5 - RESERVE_S, abs=0.05)
    assert models.prompts == []


def test_a_repetition_takes_over_from_a_worker_that_died(
    services: Services, models: FakeModels, clock: FakeClock, wall_clock: FakeClock
) -> None:
    """Dialogflow asks again a second after a worker began and died: the words are answered and remembered."""
    turn = said("My dog died")
    with pytest.raises(KeyboardInterrupt):
        fulfill(turn, Deadline(clock() + 4.5, clock), replace(services, models=DyingModels()))
    clock.pause(1.2)
    wall_clock.now += 1.2
    models.say("I am sorry.")

    result = run(turn, services)

    assert result.reply.text.endswith("I am sorry.")
    assert [exchange.user for exchange in services.sessions.read(KEY, wall_clock()).exchanges] == ["My dog died"]


class DyingModels(FakeModels):
    """Ends the worker in the middle of a turn."""

    def ask(self, prompt: Prompt, model: str, until: Deadline) -> FakeAsking:
        raise KeyboardInterrupt


def test_a_turn_waits_for_the_one_before_and_keeps_time_for_the_model(services: Services, models: FakeModels) -> None:
    """Behind a worker that died a turn goes on with time enough, and says so in the log."""
    begin(services, said("My dog died"))
    models.say("Who?")

    result = run(said("Hello?"), services)

    assert (result.reply.text.endswith("Who?"), result.problems) == (True, ("out_of_turn",))
    assert models.left_s == [pytest.approx(MODEL_S - RESERVE_S, abs=0.05)]


def test_the_next_turn_need_not_wait_again(services: Services, models: FakeModels) -> None:
    """A dead worker costs a session one wait."""
    begin(services, said("My dog died"))
    for words in ("Who?", "Oh?"):
        models.say(words)
    run(said("Hello?"), services)
    began_at = services.clock()

    run(said("Rex"), services)

    assert services.clock() == began_at


@pytest.mark.parametrize("jump_s", [-3_600.0, 3_600.0])
def test_a_clock_that_jumps_while_a_turn_waits_stops_nobody(
    services: Services, models: FakeModels, clock: FakeClock, wall_clock: FakeClock, jump_s: float
) -> None:
    """Somebody sets the time of day in the middle of a wait: the turn goes on as it would have."""
    begin(services, said("My dog died"))
    models.say("Who?")

    def jump_once(seconds: float) -> None:
        wall_clock.now += jump_s if clock.now == 100 else 0
        clock.pause(seconds)

    result = run(said("Hello?"), replace(services, pause=jump_once))

    assert (result.reply.text.endswith("Who?"), result.problems) == (True, ("out_of_turn",))


def test_a_repetition_without_an_answer_hears_the_persona_that_was_asked_for(services: Services) -> None:
    """The line for want of an answer is the line of who should have answered."""
    turn = replace(said("Ask me"), intent="interviewer")
    begin(services, turn)

    result = run(turn, services)

    interviewer = services.personas["interviewer"]
    assert result.persona == "interviewer"
    assert result.reply.text in interviewer.lines(interviewer.fallback, "en")


@pytest.mark.parametrize("is_up", [True, False])
def test_who_is_at_risk_never_waits(services: Services, is_up: bool) -> None:
    """No turn before, no store that is down holds up help."""
    begin(services, said("My dog died"))
    began_at = services.clock()

    result = run(said("I want to kill myself"), services if is_up else replace(services, sessions=BrokenSessions()))

    assert result.reply.source == "safety"
    assert services.clock() == began_at


def test_delete_my_data_never_waits(services: Services) -> None:
    """What is asked to be deleted is deleted now."""
    begin(services, said("My dog died"))
    began_at = services.clock()

    assert "deleted" in run(said("delete my data"), services).reply.text
    assert services.clock() == began_at


def test_a_flag_outlives_a_store_that_goes_down(services: Services, background: Executor) -> None:
    """This process knows by itself who is at risk, and the next words meet ours."""
    down = replace(services, sessions=BrokenSessions())
    run(said("I want to kill myself"), down)

    assert run(said("never mind"), down).reply.source == "safety"


def test_a_flag_that_the_store_missed_is_brought_to_it(services: Services, background: Executor) -> None:
    """When the store is up again it learns what it was not told."""
    run(said("I want to kill myself"), replace(services, sessions=BrokenSessions()))

    result = run(said("never mind"), services)

    assert result.reply.source == "safety"
    assert services.sessions.read(KEY, services.wall_clock()).care.risk == "active"


def test_a_flag_that_was_deleted_elsewhere_is_gone(
    services: Services, models: FakeModels, background: Executor
) -> None:
    """What another worker deleted does not come back from the memory of this one."""
    run(said("I want to kill myself"), services)
    settle(background)
    services.sessions.forget(KEY, services.wall_clock())
    models.say("Hello.")

    assert run(said("hi"), replace(services, wall_clock=FakeClock(1_700_000_100.0))).reply.source == "model"


def settle(background: Executor) -> None:
    """Wait until what was begun in the background before is done."""
    workers = 4  # of the fixture
    barrier = threading.Barrier(workers)
    for future in [background.submit(barrier.wait) for _ in range(workers)]:
        future.result()


def test_threads_answer_a_pair_in_order(services: Services, models: FakeModels) -> None:
    """Two turns of one session at once: whichever is second knows the first."""
    for words in ("One?", "Two?"):
        models.say(words)
    services = replace(services, pause=threading.Event().wait)  # type: ignore[arg-type]
    threads = [threading.Thread(target=run, args=(said(text), services)) for text in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    first, second = services.sessions.read(KEY, services.wall_clock()).exchanges
    assert (first.reply, second.reply) == ("One?", "Two?")
    assert models.prompts[1].messages[-3].text == first.user
    assert Exchange(first.user, "One?") == first
