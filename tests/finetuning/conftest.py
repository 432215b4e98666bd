"""What tests of fine-tuning stand on: a server, an empty folder to work in, waits that do not last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.generation import asking
from tests.finetuning.commands import write_examples
from tests.finetuning.server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return write_examples(tmp_path / "train.jsonl")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is kept below the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_LONGEST_PAUSE_S", 0.02)
