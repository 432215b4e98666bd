"""Asking with patience: what is tried again, what is not, and what stops everything."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from scripts.endpoint import Address, retry_after_s
from scripts.generation.answers import Answer
from scripts.generation.asking import Outcome, Patience, ask_all
from scripts.generation.calls import Call
from scripts.generation.endpoint import Endpoint
from tests.generation.server import LOST, Reply, Server, completion, echo, serving

QUICK = Patience(attempts=4, first_pause_s=0.01)
GOOD: Reply = (200, {}, completion("fine"))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def calls(count: int) -> list[Call]:
    return [
        Call(row, (), "", "", f"key {row}", {"model": "m", "messages": [{"role": "user", "content": str(row)}]})
        for row in range(count)
    ]


def ask(server: Server, count: int, jobs: int = 1, stop: threading.Event | None = None) -> tuple[list[str], Outcome]:
    endpoint = Endpoint(Address(server.base_url, "key"), timeout_s=5)
    kept: list[Answer] = []
    said: list[str] = []
    outcome = ask_all(calls(count), endpoint.ask, kept.append, said.append, jobs, QUICK, stop or threading.Event())
    endpoint.close()
    return sorted(answer.key for answer in kept), outcome


def replies(server: Server, *first: Reply) -> None:
    """Let the server send these first, then answer well."""
    waiting = list(first)
    server.chat = lambda body: waiting.pop(0) if waiting else echo(body)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param((500, {}, {}), id="500"),
        pytest.param((503, {}, b"<html>busy</html>"), id="503 as HTML"),
        pytest.param((429, {}, {}), id="429 without a word"),
        pytest.param((429, {"Retry-After": "soon"}, {}), id="429 with junk"),
        pytest.param((429, {"Retry-After": "-5"}, {}), id="429 with a negative number"),
        pytest.param((429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, {}), id="429 with a date that is past"),
        pytest.param((429, {"Retry-After": "0"}, {}), id="429 with 0"),
        pytest.param((200, {}, b'{"choices": [{"mess'), id="a body that breaks off"),
        pytest.param(LOST, id="a connection that breaks"),
    ],
)
def test_what_may_pass_is_tried_again(server: Server, trouble: Reply) -> None:
    """Twice in a row is no reason to give up, and one good answer is kept."""
    replies(server, trouble, trouble)

    assert ask(server, 1) == (["key 0"], Outcome())


def test_retry_after_is_honoured_by_every_thread(server: Server) -> None:
    """While the endpoint wants quiet, nobody asks; requests already under way are the only exception."""
    asked_at: list[float] = []

    def chat(body: object) -> Reply:
        asked_at.append(time.monotonic())
        return (429, {"Retry-After": "0.6"}, {}) if len(asked_at) == 1 else GOOD

    server.chat = chat
    kept, outcome = ask(server, 40, jobs=4)

    began = asked_at[0]
    assert (len(kept), outcome) == (40, Outcome())
    assert [at - began for at in asked_at if 0.2 < at - began < 0.6] == []
    assert len([at for at in asked_at if at - began >= 0.6]) > 10


def test_the_number_of_tries_is_limited(server: Server) -> None:
    """A call that never succeeds is given up and told, and the others go on."""
    server.chat = lambda body: (500, {}, {}) if body["messages"][0]["content"] == "1" else GOOD

    kept, outcome = ask(server, 4)

    assert kept == ["key 0", "key 2", "key 3"]
    assert outcome == Outcome(["row 1: HTTP 500, 4 times in a row"])


def test_a_call_that_is_wrong_is_tried_once(server: Server) -> None:
    """400 will not get better; the endpoint's reason is told."""
    said = {"error": {"message": "too long", "code": "context_length_exceeded"}}
    asked = []

    def chat(body: object) -> Reply:
        asked.append(body)
        return (400, {}, said) if len(asked) == 1 else GOOD

    server.chat = chat
    kept, outcome = ask(server, 2)

    assert (kept, len(asked)) == (["key 1"], 2)
    assert outcome.halted is None
    assert "too long" in outcome.failures[0]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((401, {}, {"error": {"message": "Incorrect API key: sk-secret"}}), "set OPENAI_API_KEY"),
        ((403, {}, {}), "set OPENAI_API_KEY"),
        ((404, {}, {"error": {"message": "The model `m` does not exist"}}), "`m` does not exist.*; check --model"),
        ((429, {}, {"error": {"message": "x", "code": "insufficient_quota"}}), "out of credit"),
        ((429, {"Retry-After": "86400"}, {}), "asks to wait 24.0 hours; run again then"),
    ],
)
def test_what_cannot_pass_stops_at_once(server: Server, reply: Reply, said: str) -> None:
    """One request is enough to know; the reason says what to do and shows no key."""
    asked: list[object] = []

    def chat(body: object) -> Reply:
        asked.append(body)
        return reply

    server.chat = chat

    kept, outcome = ask(server, 20)

    assert (kept, len(asked), outcome.failures) == ([], 1, [])
    assert re.search(said, outcome.halted or "")
    assert "secret" not in str(outcome)


def test_three_failures_with_no_answer_between_stop_the_run(server: Server) -> None:
    """A wrong address must not be asked for each place of the grid."""
    asked: list[object] = []

    def chat(body: object) -> Reply:
        asked.append(body)
        return 200, {"Content-Type": "text/html"}, b"<html>hello</html>"

    server.chat = chat
    kept, outcome = ask(server, 20)

    assert (kept, len(asked), len(outcome.failures)) == ([], 3, 3)
    assert "is OPENAI_BASE_URL right?" in (outcome.halted or "")


def test_an_endpoint_out_of_reach_is_named() -> None:
    """Nobody listens there: the address and the reason are told."""
    endpoint = Endpoint(Address("http://127.0.0.1:1/v1", "key"), timeout_s=1)

    outcome = ask_all(calls(1), endpoint.ask, print, print, 1, Patience(1), threading.Event())
    endpoint.close()

    assert re.search(r"http://127\.0\.0\.1:1/v1 cannot be reached \(.*refused", outcome.failures[0])


def test_as_many_are_under_way_as_there_are_jobs(server: Server) -> None:
    """Eight jobs are eight requests at a time, and no answer is lost or doubled."""
    together = threading.Barrier(8)

    def chat(body: object) -> Reply:
        together.wait(5)
        return GOOD

    server.chat = chat
    kept, outcome = ask(server, 40, jobs=8)

    assert (kept, outcome) == (sorted(f"key {row}" for row in range(40)), Outcome())
    assert (server.busiest, len(server.paid)) == (8, 40)


def test_after_a_stop_nothing_new_is_asked(server: Server) -> None:
    """What is under way arrives and is kept."""
    stop = threading.Event()

    def chat(body: object) -> Reply:
        stop.set()
        return GOOD

    server.chat = chat

    assert ask(server, 20, stop=stop) == (["key 0"], Outcome())
    assert len(server.paid) == 1


def test_an_answer_that_cannot_be_kept_ends_everything(server: Server) -> None:
    """A full disk must not cost the price of the whole grid."""
    endpoint = Endpoint(Address(server.base_url, "key"), timeout_s=5)

    def keep(answer: Answer) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        ask_all(calls(50), endpoint.ask, keep, print, 2, QUICK, threading.Event())
    endpoint.close()

    assert len(server.paid) <= 2


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": format_datetime(datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC), usegmt=True)}, 30.0),
        ({"retry-after": format_datetime(datetime(2026, 11, 21, 11, 0, 0, tzinfo=UTC), usegmt=True)}, 0.0),
        ({"retry-after": "99999999999"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1e9999"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], wait_s: float | None) -> None:
    """Seconds, a date, OpenAI's milliseconds; junk is no wish."""
    assert retry_after_s(headers, datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC).timestamp()) == wait_s


def test_openai_is_imported_in_one_room() -> None:
    """Of all scripts, only scripts/endpoint.py knows the vendor's package."""
    scripts = Path(__file__).parents[2] / "scripts"
    rooms = [
        room for room in scripts.rglob("*.py") if re.search(r"^(import|from) openai", room.read_text(), re.MULTILINE)
    ]

    assert rooms == [scripts / "endpoint.py"]
