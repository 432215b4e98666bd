"""A file is whole or not there."""

import hashlib
from pathlib import Path

import pytest

from scripts.dataset.files import sha256, whole_file, write_whole


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The former file stays, and nothing lies beside it."""
    path = tmp_path / "train.jsonl"
    write_whole(path, "before")

    def fail_halfway() -> None:
        with whole_file(path) as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_appears_when_its_block_ends(tmp_path: Path) -> None:
    """Until then it is not there; folders are made; newlines stay as written."""
    path = tmp_path / "new" / "train.jsonl"

    with whole_file(path) as file:
        file.write("a\nb\r\n")
        assert not path.exists()

    assert path.read_bytes() == b"a\nb\r\n"
    assert sha256(path) == hashlib.sha256(b"a\nb\r\n").hexdigest()
