"""What tests of agents stand on: a cloud of our own, an empty folder to work in, waits that do not last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.agents import retrying
from tests.google_cloud.cloud import Cloud, serving


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with serving() as cloud:
        yield cloud


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """.env is read from, and backups are kept below, the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_FIRST_S", 0.01)
    monkeypatch.setattr(retrying, "_GIVE_UP_S", 2.0)  # a busy machine may need a second for the first call
