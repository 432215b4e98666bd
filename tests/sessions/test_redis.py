"""The Redis store where it differs: what it leaves behind, and what a server that fails costs."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from app.core.errors import StoreError
from app.core.types import Care, Exchange
from app.sessions import CARE_TTL_S
from app.sessions.redis import RedisSessions
from app.sessions.turns import Closing, Outcome, Ticket
from tests.redis_server import RedisServer, any_binary, redis_server, relay

NOW = 1_700_000_000.0


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server(any_binary(), "--maxmemory-policy", "noeviction") as running:
        yield running


@pytest.fixture
def sessions(server: RedisServer) -> Iterator[RedisSessions]:
    with closing(RedisSessions(server.url, ttl_s=100)) as store:
        yield store


@pytest.fixture
def client(server: RedisServer) -> Iterator["redis.Redis"]:
    with closing(redis.Redis.from_url(server.url, decode_responses=True)) as direct:
        yield direct


def talk(sessions: RedisSessions) -> None:
    ticket = Ticket("key", "turn", "holder", NOW + 5)
    entry = sessions.enter(ticket, NOW)
    sessions.promise("key", entry.number, NOW, NOW + 300)
    closing = Closing(ticket, entry.number, "secret answer", NOW + 60, "stays")
    care = Care(risk="active", risk_at=NOW)
    sessions.append("key", Outcome("joy", care, NOW, Exchange("secret", "secret"), closing), NOW)


def test_every_key_has_a_name_and_an_end(sessions: RedisSessions, client: "redis.Redis") -> None:
    """All keys are prefixed, and Redis deletes each of them when its time has come."""
    talk(sessions)

    ends_s = {str(key).rpartition(":")[2]: client.pttl(key) / 1_000 for key in client.scan_iter("persona-webhook:*")}

    assert client.dbsize() == len(ends_s)
    expected = {"session": 100, "history": 100, "care": CARE_TTL_S, "turns": 120, "number": 160, "late": 300}
    assert ends_s == pytest.approx(expected, abs=2)


def test_forget_leaves_only_numbers(sessions: RedisSessions, client: "redis.Redis") -> None:
    """After the deletion no key of the session holds a word, a flag or a persona."""
    talk(sessions)

    sessions.forget("key", NOW)

    left = {str(key).rpartition(":")[2]: client.get(key) for key in client.scan_iter("*")}
    assert left == {"forgotten": repr(NOW), "number": "1"}


def test_a_deletion_holds_for_as_long_as_anything_may_still_be_brought(
    sessions: RedisSessions, client: "redis.Redis"
) -> None:
    """A replica that was cut off keeps its turns for the time of a session; none of them undoes a deletion."""
    sessions.forget("key", NOW)

    assert client.pttl("persona-webhook:{key}:forgotten") / 1_000 == pytest.approx(160, abs=2)


def test_a_server_that_lost_everything_counts_on(sessions: RedisSessions, client: "redis.Redis") -> None:
    """A turn that began before the loss stands before those that came after it."""
    for number in range(5):
        ticket = Ticket("key", f"turn {number}", "holder", NOW + 5)
        entry = sessions.enter(ticket, NOW)
    client.flushall()
    closing = Closing(ticket, entry.number, "answer", NOW + 60, "dropped")

    sessions.append("key", Outcome("joy", Care(), NOW, Exchange("before", "ok"), closing), NOW)
    after = sessions.enter(Ticket("key", "after", "holder", NOW + 5), NOW)
    closing = Closing(Ticket("key", "after", "holder", NOW + 5), after.number, "answer", NOW + 60, "dropped")
    sessions.append("key", Outcome("joy", Care(), NOW, Exchange("after", "ok"), closing), NOW)

    assert [exchange.user for exchange in sessions.read("key", NOW).exchanges] == ["before", "after"]


def test_connections_to_a_machine_that_is_gone_cost_one_wait(server: RedisServer) -> None:
    """However many lay idle when the network went silent: the next try makes a new one."""
    with relay(server.port) as (port, cut_off), closing(RedisSessions(f"redis://127.0.0.1:{port}/0", 100)) as store:
        ask_on_eight_connections(store)
        cut_off()
        with pytest.raises(StoreError):
            store.ping()
        time.sleep(1.05)

        ask_on_eight_connections(store)


def ask_on_eight_connections(store: RedisSessions) -> None:
    """Use as many connections as eight turns at once would."""
    pool = store._redis.connection_pool
    for connection in [pool.get_connection() for _ in range(8)]:
        connection.send_command("PING")  # type: ignore[no-untyped-call]
        assert connection.read_response() == "PONG"
        pool.release(connection)


def test_a_server_that_hangs_costs_a_moment_once(server: RedisServer, sessions: RedisSessions) -> None:
    """The first to ask waits 0.3 s, whoever comes in the next second not at all; later it is asked again."""
    sessions.ping()
    os.kill(server.process.pid, signal.SIGSTOP)
    waits_s = []
    for _ in range(3):
        started = time.monotonic()
        with pytest.raises(StoreError):
            sessions.read("key", NOW)
        waits_s.append(time.monotonic() - started)
    os.kill(server.process.pid, signal.SIGCONT)
    time.sleep(1.05)

    sessions.ping()

    assert waits_s[0] < 0.35
    assert max(waits_s[1:]) < 0.01


def test_what_a_server_missed_is_brought_to_it_once(server: RedisServer, sessions: RedisSessions) -> None:
    """Turns that end while the server hangs are remembered when it answers again, in their order, none twice."""
    sessions.ping()
    os.kill(server.process.pid, signal.SIGSTOP)
    for number in range(3):
        with pytest.raises(StoreError):
            sessions.append("key", Outcome("joy", Care(), NOW, Exchange(str(number), "ok")), NOW)
    os.kill(server.process.pid, signal.SIGCONT)
    time.sleep(1.05)

    entry = sessions.enter(Ticket("key", "turn", "holder", NOW + 5), NOW)

    assert [exchange.user for exchange in entry.session.exchanges] == ["0", "1", "2"]
    assert entry.session.turns == 3


def test_a_server_that_is_gone_is_a_store_error(server: RedisServer, sessions: RedisSessions) -> None:
    """Nothing listens any more: said at once."""
    sessions.ping()
    server.process.kill()
    server.process.wait()
    started = time.monotonic()

    with pytest.raises(StoreError):
        sessions.ping()

    assert time.monotonic() - started < 0.25


def test_a_server_that_is_full_is_a_store_error_and_still_reads(sessions: RedisSessions, client: "redis.Redis") -> None:
    """Out of memory costs what is new, not what is known."""
    talk(sessions)
    client.config_set("maxmemory", "1")

    with pytest.raises(StoreError):
        sessions.append("key", Outcome("joy", Care(), NOW), NOW)

    assert sessions.read("key", NOW).turns == 1


def test_keys_of_another_type_are_a_store_error(sessions: RedisSessions, client: "redis.Redis") -> None:
    """Something else under our names costs the memory, not the answer."""
    client.set("persona-webhook:{key}:session", "a string")

    with pytest.raises(StoreError):
        sessions.read("key", NOW)
