"""A folder is whole or not there."""

import json
import os
from pathlib import Path

import pytest

from scripts.dataset.folders import FolderInUse, whole_folder

MAKER = "scripts.test"


def fill(path: Path, words: str) -> None:
    """Write a folder of two files, the mark last."""
    with whole_folder(path, MAKER) as folder:
        (folder / "a.txt").write_text(words)
        (folder / "manifest.json").write_text(json.dumps({"made_by": MAKER}))


def test_a_folder_appears_when_its_block_ends(tmp_path: Path) -> None:
    """Parents are made, a former one of ours is replaced whole, nothing is left beside it."""
    path = tmp_path / "new" / "out"
    fill(path, "one")
    (path / "extra.txt").write_text("of the former")

    fill(path, "two")

    assert (path / "a.txt").read_text() == "two"
    assert sorted(child.name for child in path.iterdir()) == ["a.txt", "manifest.json"]
    assert list(path.parent.iterdir()) == [path]


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The former folder stays, and nothing lies beside it."""
    path = tmp_path / "out"
    fill(path, "one")

    def fail_halfway() -> None:
        with whole_folder(path, MAKER) as folder:
            (folder / "a.txt").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()

    assert (path / "a.txt").read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mark", [None, "not JSON", "[]", '{"made_by": "somebody else"}'])
def test_what_others_wrote_is_not_replaced(tmp_path: Path, mark: str | None) -> None:
    """Only a folder whose manifest names the same maker is; an empty one may be used."""
    path = tmp_path / "out"
    path.mkdir()
    (path / "precious.txt").write_text("mine")
    if mark is not None:
        (path / "manifest.json").write_text(mark)

    with pytest.raises(FolderInUse, match="choose another folder"):
        fill(path, "one")

    assert (path / "precious.txt").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    """Somebody who made the folder beforehand may have it filled."""
    (tmp_path / "out").mkdir()

    fill(tmp_path / "out", "one")

    assert (tmp_path / "out" / "a.txt").read_text() == "one"


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    """Half a folder is thrown away, and one caught between the two moves is put back before anything else."""
    path = tmp_path / "out"
    fill(path, "one")
    path.rename(tmp_path / ".out.old")
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "half.txt").write_text("half")

    with pytest.raises(RuntimeError), whole_folder(path, MAKER):
        raise RuntimeError
    assert (path / "a.txt").read_text() == "one"

    fill(path, "two")
    assert sorted(child.name for child in path.iterdir()) == ["a.txt", "manifest.json"]
    assert list(tmp_path.iterdir()) == [path]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    """The second is told to wait, and the first is not disturbed."""
    path = tmp_path / "out"
    with whole_folder(path, MAKER) as folder:
        (folder / "a.txt").write_text("one")
        with pytest.raises(FolderInUse, match="another process"):
            fill(path, "two")

    assert (path / "a.txt").read_text() == "one"
    assert os.listdir(tmp_path) == ["out"]
