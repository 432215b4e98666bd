"""What every test stands on: an environment without settings, an application on fakes, requests of both channels."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.gate import Gate
from app.limits import Limits
from app.personas import load_personas
from app.server import create_app
from app.services import Services
from app.sessions.flags import Flags
from app.sessions.sqlite import SqliteSessions
from app.settings import Settings
from app.tally import Tally
from tests.fakes import FakeClock, FakeModels


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable or .env of this machine reaches a test; so none can reach a live model either."""
    known = {name.upper() for name in Settings.model_fields} | {"OPENAI_KEY"}
    for name in known & set(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(scope="session")
def python() -> str:
    return sys.executable


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def wall_clock() -> FakeClock:
    return FakeClock(1_700_000_000.0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(100.0)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[SqliteSessions]:
    sessions = SqliteSessions(tmp_path / "sessions.sqlite3", ttl_s=1_800)
    sessions.ping()  # makes the file, as the sweep does when a server starts: on a busy disk that takes its time
    yield sessions
    sessions.close()


@pytest.fixture
def background() -> Iterator[Executor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


@pytest.fixture
def services(
    models: FakeModels, sessions: SqliteSessions, background: Executor, clock: FakeClock, wall_clock: FakeClock
) -> Services:
    personas = load_personas()
    return Services(
        personas=personas,
        default_persona="joy",
        model_of=dict.fromkeys(personas, "test-model"),
        sessions=sessions,
        flags=Flags(),
        session_ttl_s=1_800,
        models=models,
        moderate=None,
        moderating=background,
        background=background,
        history_tokens=1_000,
        gate=Gate(8, clock),
        tally=Tally(sessions, wall_clock),
        limits=Limits(),
        follow_ups={},
        clock=clock,
        wall_clock=wall_clock,
        pause=clock.pause,
    )


@pytest.fixture
def settings() -> Settings:
    return Settings(openai_base_url="http://127.0.0.1:1/v1")


@pytest.fixture
def app(settings: Settings, services: Services) -> Flask:
    return create_app(settings, services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def es_request(text: str, session: str = "abc", **query: Any) -> dict[str, Any]:
    """Return an ES v2 request for a text, a new turn each time."""
    return {
        "responseId": uuid4().hex,
        "session": f"projects/example/agent/sessions/{session}",
        "queryResult": {"queryText": text, "languageCode": "en", "allRequiredParamsPresent": True, **query},
    }


def cx_request(text: str, session: str = "abc", tag: str = "", **rest: Any) -> dict[str, Any]:
    """Return a CX v3 request for a text, a new turn each time."""
    return {
        "detectIntentResponseId": uuid4().hex,
        "sessionInfo": {"session": f"projects/example/locations/global/agents/a/sessions/{session}"},
        "fulfillmentInfo": {"tag": tag},
        "text": text,
        "languageCode": "en",
        **rest,
    }


def kept_bytes(path: Path) -> bytes:
    """Return everything a session file and its companions hold, as it lies on the disk."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
