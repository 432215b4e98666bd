"""The store that the settings name, opened as the server opens it."""

from pathlib import Path

import pytest

from scripts.checkup.store import check_store
from tests.checkup.cases import case_of, said
from tests.redis_server import binaries, redis_server


@pytest.fixture(autouse=True)
def _an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


@pytest.mark.parametrize("binary", binaries().values(), ids=binaries())
def test_a_redis_is_written_to(monkeypatch: pytest.MonkeyPatch, binary: str) -> None:
    """Where REDIS_URL is set, the file is not looked at."""
    monkeypatch.setenv("SESSIONS_PATH", "/nowhere/at/all")
    with redis_server(binary) as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        lines = said(check_store, case_of())

    assert [line[0] for line in lines] == ["ok"]
    assert lines[0][2].startswith("Redis can be read and written, in ")


def test_a_redis_that_wants_a_password_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address alone is not enough; the password that was tried is not shown."""
    for binary in binaries().values():
        with redis_server(binary, "--requirepass", "the-right-0ne") as server:
            monkeypatch.setenv("REDIS_URL", server.url.replace("//", "//:the-wrong-0ne@"))
            lines = said(check_store, case_of())

        assert [line[:3] for line in lines] == [
            ("failed", "store", "the Redis of REDIS_URL cannot be reached or written")
        ]
        assert "0ne" not in str(lines)


def test_a_file_where_a_folder_should_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the part of the path that is wrong."""
    Path("occupied").write_text("")
    monkeypatch.setenv("SESSIONS_PATH", "occupied/sessions.sqlite3")

    assert [line[:2] for line in said(check_store, case_of())] == [("failed", "store")]
    assert "occupied is not a folder" in said(check_store, case_of())[0][2]


def test_refused_settings_name_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made on the disk then."""
    monkeypatch.setenv("PORT", "many")

    assert [line[0] for line in said(check_store, case_of())] == ["skipped"]
    assert list(Path().iterdir()) == []
