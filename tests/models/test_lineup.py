"""Two endpoints over real sockets: who is asked, how often, and what a limit of calls does."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from app.core.errors import ModelBroken, ModelError, ModelRefused, ModelResting, ModelSpent
from app.core.types import Completion
from app.models.endpoint import Endpoint
from app.models.guarded import GuardedEndpoint
from app.models.lineup import Candidate, Lineup
from tests.loopback import Behaviour, Connection, Loopback, answer, chat_completion, drip, hang, loopback, stream
from tests.models.asking import CHAT, within

BROKEN = answer(b"{}", "500 No")
FIRST = answer(chat_completion("The first."))
SECOND = answer(chat_completion("The second."))


@contextmanager
def lineup(
    *behaviours: Behaviour, may_call: Callable[[], bool] = lambda: True
) -> Iterator[tuple[Lineup, list[Loopback]]]:
    """Give a lineup of endpoints that behave so; the second one is asked for a model of its own."""
    with ExitStack() as running:
        upstreams = [running.enter_context(loopback(behaviour)) for behaviour in behaviours]
        endpoints = [
            GuardedEndpoint(url, Endpoint(url, "k", 8), Endpoint(url, "k", 1), time.monotonic)
            for url in (upstream.base_url for upstream in upstreams)
        ]
        models = (None, "spare")
        candidates = [Candidate(*pair) for pair in zip(endpoints, models, strict=False)]
        yield running.enter_context(closing(Lineup(candidates, may_call))), upstreams


def ask(asked: Lineup, seconds: float = 3.0) -> Completion:
    asking = asked.ask(CHAT, "tuned", within(seconds + 10))
    try:
        return asking.by(within(seconds))
    finally:
        asking.cut()


def test_the_second_is_not_asked_while_the_first_answers() -> None:
    """An ordinary turn is one call."""
    with lineup(FIRST, SECOND) as (asked, (first, second)):
        completion = ask(asked)

        assert (completion.text, completion.is_second) == ("The first.", False)
        assert (first.requests[0]["model"], second.requests) == ("tuned", [])


FAILING: dict[str, Behaviour] = {
    "500": BROKEN,
    "429": answer(b"{}", "429 Too Many Requests", extra="Retry-After: 30\r\n"),
    "wrong key": answer(b"{}", "401 Unauthorized"),
    "nonsense": answer(b"[]"),
}


@pytest.mark.parametrize("behaviour", FAILING.values(), ids=FAILING)
def test_the_second_answers_where_the_first_fails(behaviour: Behaviour) -> None:
    """Each is asked once, the second for its own model."""
    with lineup(behaviour, SECOND) as (asked, (first, second)):
        completion = ask(asked)

        assert (completion.text, completion.model, completion.is_second) == ("The second.", "spare", True)
        assert (len(first.requests), [request["model"] for request in second.requests]) == (1, ["spare"])


def test_a_refusal_is_not_asked_around() -> None:
    """What one model declined no other one is asked for."""
    with lineup(answer(chat_completion(None, refusal="No.")), SECOND) as (asked, (_, second)):
        with pytest.raises(ModelRefused):
            ask(asked)

        assert second.requests == []


def test_both_share_one_deadline() -> None:
    """A first one that fails late leaves the second what is left; together they are in time."""

    def fail_late(connection: Connection) -> None:
        time.sleep(0.6)
        BROKEN(connection)

    slow = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b" " * 500, 0.05)
    started = time.monotonic()
    with lineup(fail_late, slow) as (asked, _):
        with pytest.raises(ModelError):
            ask(asked, seconds=1.4)

        assert time.monotonic() - started < 1.9


def test_without_time_the_second_is_not_asked() -> None:
    """In less than half a second no model says a sentence."""
    with lineup(BROKEN, SECOND) as (asked, (_, second)):
        with pytest.raises(ModelBroken):
            ask(asked, seconds=0.4)

        assert second.requests == []


def test_while_the_first_rests_the_second_is_asked_at_once() -> None:
    """An outage costs one call a second, not one a turn; with both down nobody waits."""
    with lineup(BROKEN, SECOND) as (asked, (first, _)):
        _fail_for(asked, 2.2)
        before = len(first.requests)
        texts = [ask(asked).text for _ in range(5)]

        assert asked.candidates[0].endpoint.is_open
        assert texts == ["The second."] * 5
        assert len(first.requests) - before <= 1


def test_with_nobody_to_ask_the_turn_does_not_wait() -> None:
    """All resting is said at once."""
    with lineup(BROKEN, BROKEN) as (asked, _):
        _fail_for(asked, 2.2)
        started = time.monotonic()
        with pytest.raises((ModelResting, ModelBroken)):
            ask(asked)

        assert time.monotonic() - started < 0.3


def _fail_for(asked: Lineup, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            ask(asked)
        except ModelError:
            time.sleep(0.05)
        time.sleep(0.05)


def test_a_fifth_of_errors_costs_a_fifth_more_calls() -> None:
    """At 20% errors every turn has a model's words, and the extra calls are as many as the errors."""
    chance = random.Random(3)
    errors: list[bool] = []

    def sometimes(connection: Connection) -> None:
        errors.append(chance.random() < 0.2)
        (BROKEN if errors[-1] else FIRST)(connection)

    with lineup(sometimes, SECOND) as (asked, (first, second)):
        texts = [ask(asked).text for _ in range(300)]

        assert set(texts) == {"The first.", "The second."}
        assert len(first.requests) == 300
        assert len(second.requests) == sum(errors) < 0.25 * 300


def test_a_limit_of_calls_holds_for_both() -> None:
    """When the calls are spent nobody is asked, and what rests costs none."""
    calls = iter([True, True, False])
    with lineup(BROKEN, SECOND, may_call=lambda: next(calls)) as (asked, (first, second)):
        assert ask(asked).text == "The second."
        with pytest.raises(ModelSpent):
            ask(asked)

        assert (len(first.requests), len(second.requests)) == (1, 1)


def test_an_answer_that_comes_late_is_handed_over() -> None:
    """What the one in progress says in the end goes to whoever waits for it."""
    said: list[Completion | None] = []
    with lineup(stream("One ", "sentence.", pause_s=0.3), hang()) as (asked, _):
        asking = asked.ask(CHAT, "tuned", within(5))
        assert asking.by(within(0.1)).finish_reason == "deadline"
        asking.then(said.append)
        time.sleep(0.9)

    assert [completion.text for completion in said if completion] == ["One sentence."]
