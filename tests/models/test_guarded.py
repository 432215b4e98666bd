"""A guarded endpoint over real sockets: what opens its breaker, what does not, and how soon it is closed again."""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from app.core.deadline import Deadline
from app.core.errors import ModelError, ModelResting
from app.models.endpoint import Endpoint
from app.models.guarded import GuardedEndpoint
from tests.fakes import FakeClock
from tests.loopback import Behaviour, Loopback, answer, chat_completion, hang, loopback, reset, stream
from tests.models.asking import CHAT, within

MODELS = answer(b'{"object": "list", "data": []}')
OK = answer(chat_completion("I am here."))


@contextmanager
def guarded(*behaviours: Behaviour, clock: FakeClock) -> Iterator[tuple[GuardedEndpoint, Loopback]]:
    with loopback(*behaviours) as upstream:
        way, lookout = (Endpoint(upstream.base_url, "k", count) for count in (8, 1))
        with closing(GuardedEndpoint("first", way, lookout, clock)) as endpoint:
            yield endpoint, upstream


def ask(endpoint: GuardedEndpoint, seconds: float = 2.0) -> str:
    """Return the words, or the error's name, once the endpoint has learned of its end: that comes a moment later."""
    try:
        asking = endpoint.ask(CHAT, "m", within(seconds + 10))
    except ModelResting as error:
        return type(error).__name__
    is_learned = threading.Event()
    asking.on_end(lambda _: is_learned.set())
    try:
        return asking.by(within(seconds)).text
    except ModelError as error:
        return type(error).__name__
    finally:
        asking.cut()
        is_learned.wait(5)


FAULTS: dict[str, Behaviour] = {
    "reset": reset,
    "500": answer(b"{}", "500 No"),
    "503": answer(b"{}", "503 Loading"),
    "nonsense": answer(b"<html>", content_type="text/html"),
}


@pytest.mark.parametrize("behaviour", FAULTS.values(), ids=FAULTS)
def test_an_outage_opens_it_and_a_recovery_closes_it(behaviour: Behaviour) -> None:
    """A turn a second: from the third fault on it is left alone but for a probe a second; one answer closes it."""
    clock = FakeClock(100)
    said = []
    with guarded(*[behaviour] * 5, OK, clock=clock) as (endpoint, upstream):
        for _ in range(16):
            said.append(ask(endpoint))
            clock.pause(0.5)

        assert said[:6] == ["ModelBroken"] * 5 + ["ModelResting"]
        assert said[6:] == ["I am here."] * 10
        assert len(upstream.requests) == 15


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "429 Too Many Requests"])
def test_what_is_wrong_with_our_request_never_opens_it(status: str) -> None:
    """A wrong key or name, or a limit of ours, is no fault of the endpoint's."""
    clock = FakeClock(100)
    with guarded(answer(b"{}", status), clock=clock) as (endpoint, _):
        for _ in range(8):
            ask(endpoint)
            clock.pause(1)

        assert not endpoint.is_open


def test_a_slow_answer_never_opens_it() -> None:
    """Turns that run out of time beside an endpoint that is alive count for nothing, however many."""
    clock = FakeClock(100)

    def slow(connection: object) -> None:
        time.sleep(0.4)

    with guarded(*[slow] * 6, MODELS, clock=clock) as (endpoint, upstream):
        begun = [endpoint.ask(CHAT, "m", within(10)) for _ in range(6)]
        while len(upstream.requests) < 6:
            time.sleep(0.01)
        clock.pause(5)
        endpoint.doubt()
        time.sleep(1.0)

        assert upstream.headers[-1].startswith("GET /v1/models ")
        assert not endpoint.is_open
        for asking in begun:
            asking.cut()


def test_a_silent_endpoint_is_looked_at_and_found_down() -> None:
    """One turn that hears nothing for 4 s, then a look that hears nothing either: open, within 5 s of the outage."""
    clock = FakeClock(100)
    with guarded(hang(), clock=clock) as (endpoint, upstream):
        asking = endpoint.ask(CHAT, "m", within(10))
        clock.pause(3.9)
        endpoint.doubt()
        assert len(upstream.requests) < 2
        clock.pause(0.2)
        endpoint.doubt()
        waited_until = time.monotonic() + 3
        while not endpoint.is_open and time.monotonic() < waited_until:
            clock.pause(0.05)
            time.sleep(0.05)

        assert endpoint.is_open
        clock.pause(1.5)
        assert ask(endpoint) == "ModelResting"
        asking.cut()


def test_no_turn_tries_what_is_silent_before_a_look_has() -> None:
    """Looks go on, once a second; when one finds it alive the next turn goes through and closes the breaker."""
    clock = FakeClock(100)
    is_up = False

    def choose(request: object) -> Behaviour:
        return (OK if request else MODELS) if is_up else hang()

    with loopback(choose=choose) as upstream:
        ways = [Endpoint(upstream.base_url, "k", 4), Endpoint(upstream.base_url, "k", 1)]
        with closing(GuardedEndpoint("first", ways[0], ways[1], clock)) as endpoint:
            begun = endpoint.ask(CHAT, "m", within(10))
            clock.pause(4.1)
            said = []
            for number in range(60):
                is_up = number > 30
                endpoint.doubt()
                said.append(ask(endpoint, 0.5))
                clock.pause(0.1)
                time.sleep(0.03)

            assert "ModelTimeout" not in said[15:]
            assert said[-1] == "I am here."
            begun.cut()


def test_what_speaks_before_it_breaks_is_asked_on() -> None:
    """An answer that is cut off still has whole sentences in it."""
    clock = FakeClock(100)
    with guarded(stream("One sentence. ", "And", finish=None), clock=clock) as (endpoint, _):
        for _ in range(8):
            assert ask(endpoint) == "One sentence. And"
            clock.pause(1)

        assert not endpoint.is_open


def test_one_that_never_ends_a_sentence_is_left_alone() -> None:
    """It takes every question, says a first word and falls silent: given up on again and again, it counts as down."""
    clock = FakeClock(100)
    with guarded(stream("And so", pause_s=30), clock=clock) as (endpoint, _):
        for _ in range(3):
            assert not endpoint.is_open
            asking = endpoint.ask(CHAT, "m", within(0.5))
            is_over = threading.Event()
            asking.then(lambda _, is_over=is_over: is_over.set())  # type: ignore[misc]
            assert is_over.wait(10)
            clock.pause(1)

        assert endpoint.is_open


def test_a_question_that_was_cut_says_nothing() -> None:
    """We shut the socket at the deadline: the broken connection is our own doing."""
    clock = FakeClock(100)
    with guarded(hang(), clock=clock) as (endpoint, _):
        for _ in range(4):
            asking = endpoint.ask(CHAT, "m", Deadline(time.monotonic() + 5, time.monotonic))
            with contextlib.suppress(ModelError):
                asking.by(within(0.1))
            asking.cut()
            clock.pause(1)
        time.sleep(0.2)

        assert not endpoint.is_open
