"""Stores that hang, die, fill up or hold nonsense, disks that are full, clocks that jump: every turn is answered."""

import contextlib
import json
import logging
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
import redis
from flask.testing import FlaskClient

from app.channels import detect
from app.core.keys import session_key
from app.models.lineup import Lineup
from app.server import create_app
from app.services import Services
from app.settings import Settings
from app.wiring import make_services
from tests.channels.test_contract import referee
from tests.conftest import cx_request, es_request
from tests.echo_model import echo_model
from tests.fakes import FakeClock, FakeModels
from tests.gunicorns import post, text_of, web_server
from tests.redis_server import RedisServer, any_binary, redis_server
from tests.test_replicas import a_worker_of

LONGEST_S = 4.6
CRISIS = "I want to kill myself"


@dataclass(frozen=True)
class World:
    """An application over a Redis of its own, and a model that answers."""

    client: FlaskClient
    server: RedisServer
    services: Services


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with redis_server(any_binary(), "--maxmemory", "3mb") as server, echo_model() as model:
        settings = Settings.model_validate({"openai_base_url": model.base_url, "model": "m", "redis_url": server.url})
        services = make_services(settings)
        with closing(services.sessions), closing(cast("Lineup", services.models)), services.background:
            yield World(create_app(settings, services).test_client(), server, services)


def hang(world: World) -> None:
    """Stop the server in its tracks."""
    os.kill(world.server.process.pid, signal.SIGSTOP)


def kill(world: World) -> None:
    """End the server."""
    world.server.process.kill()
    world.server.process.wait()


def fill(world: World) -> None:
    """Leave the server no memory."""
    with closing(redis.Redis.from_url(world.server.url)) as client, contextlib.suppress(redis.OutOfMemoryError):
        while True:
            client.rpush("ballast", *["x" * 10_000] * 20)


def confuse(world: World) -> None:
    """Put values of the wrong type where the sessions of the test lie."""
    with closing(redis.Redis.from_url(world.server.url)) as client:
        for channel in ("dialogflow_es", "dialogflow_cx"):
            for part in ("session", "history", "care", "number", "turns", "late"):
                client.delete(f"persona-webhook:{{{session_key(channel, 'abc')}}}:{part}")
                client.lpush(f"persona-webhook:{{{session_key(channel, 'abc')}}}:{part}", "nonsense")


@pytest.mark.parametrize("break_it", [hang, kill, fill, confuse])
def test_redis_that_fails_costs_the_memory_only(
    world: World, break_it: Callable[[World], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The model answers, and who is at risk gets help, in both channels, in time, without a traceback."""
    turns = [make(words) for make in (es_request, cx_request) for words in ("say hello", CRISIS)]
    for body in turns[::2]:
        world.client.post("/webhook", json=body)

    break_it(world)
    try:
        for body in [*turns[::2], *turns, *turns[::2]]:
            text = answered(world.client, {**body, _id_of(body): uuid4().hex})
            assert "Heard" in text or "helpline" in text or "emergency" in text or "crisis" in text.lower()
    finally:
        world.server.process.send_signal(signal.SIGCONT)

    assert [record for record in caplog.records if record.exc_info] == []


def answered(client: FlaskClient, body: dict[str, object]) -> str:
    """Return what a turn is answered with, valid and in time."""
    started = time.monotonic()
    response = client.post("/webhook", json=body)
    assert response.status_code == 200
    assert time.monotonic() - started < LONGEST_S
    referee(detect(body).parse(body), response.data)
    return text_of(response.data)


def _id_of(body: dict[str, object]) -> str:
    return "responseId" if "responseId" in body else "detectIntentResponseId"


def test_a_full_disk_costs_the_memory_only(python: str, tmp_path: Path) -> None:
    """A worker that may write no byte more to any file answers on; when it may again, it remembers again."""
    log: list[str] = []
    with (
        echo_model() as model,
        web_server(python, tmp_path, model.base_url, log, WEB_CONCURRENCY="1") as (port, process),
    ):
        texts = [text_of(post(port, es_request("say first"))[1])]
        worker = a_worker_of(process.pid)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        texts += [text_of(post(port, make(f"say full {n}"))[1]) for n in range(3) for make in (es_request, cx_request)]
        texts.append(text_of(post(port, es_request(CRISIS, session="other"))[1]))
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        texts += [text_of(post(port, es_request(f"say again {n}"))[1]) for n in range(3)]

    heard = [text[text.index("Heard") :].split()[1] if "Heard" in text else text for text in texts]
    assert heard[:7] == ["1"] + ["2", "1"] * 3 or heard[:7] == ["1"] * 7
    assert "emergency" in texts[7] or "crisis" in texts[7].lower() or "helpline" in texts[7]
    assert int(heard[-1]) >= 3
    assert [line for line in log if "exception" in json.loads(line)] == []


@pytest.mark.parametrize("jump_s", [-86_400.0 * 365, -3_600.0, -1.0, 1.0, 3_600.0, 86_400.0 * 3_650])
def test_a_clock_that_jumps_stops_nobody(
    services: Services, models: FakeModels, settings: Settings, wall_clock: FakeClock, jump_s: float
) -> None:
    """The time of day is set by others: before, during and after a jump the model answers, and help comes."""
    client = create_app(settings, services).test_client()
    for _ in range(6):
        models.say("Yes.")

    answered(client, es_request("Hello there"))
    wall_clock.now += jump_s
    texts = [answered(client, make("Hello there")) for make in (es_request, cx_request)]
    help_ = answered(client, es_request(CRISIS, session="other"))
    wall_clock.now -= jump_s
    texts += [answered(client, make("Hello there")) for make in (es_request, cx_request)]

    assert all("Yes." in text for text in texts)
    assert "Yes." not in help_


def test_the_log_is_not_silenced(caplog: pytest.LogCaptureFixture) -> None:
    """The checks above would see a traceback."""
    try:
        raise ValueError
    except ValueError:
        logging.getLogger("app.server").exception("a turn failed")

    assert [record.message for record in caplog.records if record.exc_info] == ["a turn failed"]
