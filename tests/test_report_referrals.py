"""The yearly report adds up what the server counted, and nothing else is in it."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.sessions.redis import RedisSessions
from app.sessions.sqlite import SqliteSessions
from scripts.report_referrals import main
from tests.redis_server import any_binary, redis_server


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """A store with four referrals, one of them a year earlier."""
    path = tmp_path / "sessions.sqlite3"
    store = SqliteSessions(path, ttl_s=60)
    for level, day in (("active", "2026-01-05"), ("active", "2026-01-31"), ("third_party", "2026-11-21")):
        store.count_referral(level, day)  # type: ignore[arg-type]
    store.count_referral("imminent", "2025-12-31")
    return path


def test_months_and_sums_are_printed(sessions: Path) -> None:
    """A month without referrals has no row; another year's are not counted."""
    shown = CliRunner().invoke(main, ["--year", "2026", "--sessions", str(sessions)])

    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.stdout.splitlines() if "│" in line]
    assert rows == [
        ["2026-01", "0", "0", "0", "2", "0", "2"],
        ["2026-11", "1", "0", "0", "0", "0", "1"],
        ["all", "1", "0", "0", "2", "0", "3"],
    ]


def test_machines_get_the_days(sessions: Path) -> None:
    """--json holds day, class and count."""
    shown = CliRunner().invoke(main, ["--year", "2025", "--sessions", str(sessions), "--json"])

    assert json.loads(shown.stdout) == {"year": 2025, "days": {"2025-12-31": {"imminent": 1}}}


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A wrong path is a mistake, not an empty year."""
    path = tmp_path / "nowhere.sqlite3"

    shown = CliRunner().invoke(main, ["--sessions", str(path)])

    assert shown.exit_code == 2
    assert "SESSIONS_PATH" in shown.output
    assert not path.exists()


def test_the_counts_of_a_redis_are_reported_too() -> None:
    """Where several replicas share a store, the report reads it there."""
    with redis_server(any_binary()) as server:
        with closing(RedisSessions(server.url, ttl_s=60)) as store:
            store.count_referral("active", "2026-01-05")
        shown = CliRunner().invoke(main, ["--year", "2026", "--redis", server.url, "--json"])

    assert json.loads(shown.stdout) == {"year": 2026, "days": {"2026-01-05": {"active": 1}}}


def test_a_redis_that_is_gone_is_said_to_be() -> None:
    """The message says what to look at, and shows no password."""
    shown = CliRunner().invoke(main, ["--redis", "redis://:secret@127.0.0.1:1/0"])

    assert shown.exit_code == 1
    assert "Redis does not answer" in shown.output
    assert "secret" not in shown.output
