"""Every kind of store, ready to be opened as often as a test wants: each time as another worker would."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import cast

import pytest
import redis

from app.sessions import Store
from app.sessions.redis import RedisSessions
from app.sessions.sqlite import SqliteSessions
from tests.redis_server import RedisServer, binaries, redis_server

OpenStore = Callable[..., Store]


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, RedisServer]]:
    with ExitStack() as opened:
        yield {name: opened.enter_context(redis_server(binary)) for name, binary in binaries().items()}


@pytest.fixture(params=["sqlite", *sorted(binaries())])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Open the store with a time to live, 60 s unless told: one store, as several workers see it."""
    with ExitStack() as opened:
        url = "" if request.param == "sqlite" else _emptied(request.param, request)

        def open_(ttl_s: float = 60) -> Store:
            store = RedisSessions(url, ttl_s) if url else SqliteSessions(tmp_path / "contract.sqlite3", ttl_s)
            return opened.enter_context(closing(store))

        yield open_


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


def _emptied(name: str, request: pytest.FixtureRequest) -> str:
    running = cast("dict[str, RedisServer]", request.getfixturevalue("servers"))[name]
    with closing(redis.Redis.from_url(running.url)) as client:
        client.flushall()
    return running.url
