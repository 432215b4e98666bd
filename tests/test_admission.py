"""Who is turned away, with which words, and who never is."""

from dataclasses import replace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.core.deadline import Deadline
from app.core.errors import ModelSpent
from app.core.keys import session_key
from app.core.types import Turn, TurnKind
from app.fulfillment import Fulfillment, fulfill
from app.gate import Gate
from app.limits import Limits
from app.server import create_app
from app.services import Services
from app.settings import Settings
from tests.conftest import es_request
from tests.fakes import BrokenSessions, FakeModels
from tests.test_fulfillment import run, text_turn

CRISIS = "I want to kill myself tonight"


@pytest.fixture
def crowded(services: Services) -> Services:
    """All places taken, and no time to wait for one."""
    gate = Gate(1, services.clock)
    gate.enter(Deadline(services.clock() + 4.5, services.clock))
    return replace(services, gate=gate)


def in_a_hurry(turn: Turn, services: Services) -> Fulfillment:
    """Fulfill a turn with too little time left to stand in line."""
    return fulfill(turn, Deadline(services.clock() + 1.5, services.clock), services)


def test_who_finds_no_place_gets_a_line_of_the_personas(crowded: Services, models: FakeModels) -> None:
    """A kind line, at once: no model, no store."""
    result = in_a_hurry(text_turn("Hello there"), replace(crowded, sessions=BrokenSessions()))

    assert result.reply.text in (crowded.personas["joy"].busy or {})["en"]
    assert (result.reply.source, result.problems, models.prompts) == ("fallback", ("crowded",), [])


def test_a_crisis_is_never_turned_away(crowded: Services) -> None:
    """With every place taken and every limit passed, who is at risk is answered."""
    limited = replace(crowded, limits=Limits(session_turns=1, caller_turns=1))
    for _ in range(5):
        result = in_a_hurry(text_turn(CRISIS, caller="1.2.3.4"), limited)

        assert (result.reply.source, result.problems) == ("safety", ())
        assert "emergency" in result.reply.text


def test_who_was_at_risk_a_moment_ago_is_let_in(crowded: Services) -> None:
    """The fixed words that follow a disclosure come whatever the load."""
    in_a_hurry(text_turn(CRISIS), crowded)

    assert in_a_hurry(text_turn("ok"), crowded).reply.source == "safety"


@pytest.mark.parametrize("kind", ["welcome", "slot_filling", "goodbye", "health_check"])
def test_what_takes_no_time_needs_no_place(crowded: Services, kind: TurnKind) -> None:
    """Greetings and forms go through a full house."""
    turn = replace(text_turn(""), kind=kind, prompt="Which day?")

    assert in_a_hurry(turn, crowded).problems == ()


def test_who_sends_too_much_is_asked_to_slow_down(services: Services, models: FakeModels) -> None:
    """Over the limit comes a kind line; another session is not touched, and the next minute is a new one."""
    limited = replace(services, limits=Limits(session_turns=3))
    for _ in range(5):
        models.say("Yes.")
    results = [run(text_turn(f"message {number}"), limited) for number in range(5)]
    other = run(text_turn("Hello", session="other"), limited)

    assert [result.problems for result in results] == [(), (), (), ("limited",), ("limited",)]
    assert results[-1].reply.text in (services.personas["joy"].slow_down or {})["en"]
    assert other.problems == ()


def test_callers_are_limited_by_their_address(settings: Settings, services: Services, models: FakeModels) -> None:
    """A caller with a new session each time is limited all the same, and gets HTTP 200."""
    app = create_app(settings, replace(services, limits=Limits(caller_turns=2)))
    client: FlaskClient = app.test_client()
    for _ in range(2):
        models.say("Yes.")

    answers = [client.post("/webhook", json=es_request("Hello", session=uuid4().hex)) for _ in range(3)]
    in_crisis = client.post("/webhook", json=es_request(CRISIS))

    assert [answer.status_code for answer in answers] == [200] * 3
    lines = (services.personas["joy"].slow_down or {})["en"]
    assert [answer.json["fulfillmentText"] in lines for answer in answers if answer.json] == [False, False, True]
    assert "emergency" in (in_crisis.json or {})["fulfillmentText"]


def test_a_header_is_believed_on_railway_only(settings: Settings, services: Services, models: FakeModels) -> None:
    """Elsewhere anybody could write a new address into it."""
    for railway, expected in ((None, [False, True]), ("production", [False, False])):
        own = settings.model_copy(update={"railway_environment_name": railway})
        client = create_app(own, replace(services, limits=Limits(caller_turns=1))).test_client()
        models.queue.clear()
        for _ in range(2):
            models.say("Yes.")
        services.tally._new.clear()
        found = []
        for number in range(2):
            header = {"X-Real-IP": f"10.0.0.{number}"}
            text = client.post("/webhook", json=es_request("Hi", session=uuid4().hex), headers=header).json
            found.append((text or {})["fulfillmentText"] in (services.personas["joy"].slow_down or {})["en"])
        assert found == expected


def test_spent_calls_are_said_clearly(services: Services, models: FakeModels) -> None:
    """When the day's calls are used up the persona says so, and the words wait for an answer."""
    models.queue.append(ModelSpent("the limit of model calls is reached"))

    result = run(text_turn("I feel low"), services)

    assert (services.personas["joy"].resting or {})["en"][0] in result.reply.text
    assert result.problems == ("ModelSpent",)
    kept = services.sessions.read(session_key("dialogflow_es", "abc"), services.wall_clock())
    assert [exchange.answered for exchange in kept.exchanges] == [False]


def test_a_place_is_given_back_whatever_happens(services: Services, models: FakeModels) -> None:
    """A defect of ours costs no place."""
    models.queue.append(RuntimeError("a defect"))

    with pytest.raises(RuntimeError):
        run(text_turn("I feel low"), services)

    assert services.gate.in_progress == 0
