"""What every test of building starts from."""

from pathlib import Path

import pytest

from tests.dataset.building.transcripts import MIXED, write


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Return a file of calm conversations, with one of each trouble among them."""
    return write(tmp_path / "mixed.jsonl", MIXED)
