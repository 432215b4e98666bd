"""One line of a persona's file changes, and nothing else."""

import tomllib
from pathlib import Path

import pytest

from app.core.errors import ContentError
from scripts.evaluation.persona_file import change_model

DECOY = (
    '# Ann\nname = "Ann"\ninstructions = """\nmodel = "not this"\n"""\n{line}\n[sampling] # warm\ntemperature = 0.5\n'
)


def changed(path: Path, content: str, model: str | None) -> str:
    path.write_bytes(content.encode())
    change_model(path, model).make()
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('model = "old"', 'model = "new"'),
        ("  model='old'   # since May", '  model="new"   # since May'),
        ('model = "o\\"ld"\r', 'model = "new"\r'),
    ],
)
def test_the_line_is_changed_in_place(tmp_path: Path, before: str, after: str) -> None:
    """Comments, spaces and line ends stay; a line of that look inside the instructions is left alone."""
    content = changed(tmp_path / "ann.toml", DECOY.format(line=before), "new")

    assert content == DECOY.format(line=after)


def test_a_line_is_added_under_the_name(tmp_path: Path) -> None:
    """A persona without a model of its own gets one, above the first table."""
    content = changed(tmp_path / "ann.toml", DECOY.format(line=""), 'ft:a:"b"')

    assert content == DECOY.format(line="").replace('name = "Ann"\n', 'name = "Ann"\nmodel = "ft:a:\\"b\\""\n')
    assert tomllib.loads(content)["model"] == 'ft:a:"b"'


def test_there_and_back_leaves_every_byte(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends survive promotion and rollback."""
    before = "\ufeff" + DECOY.format(line="").replace("\n", "\r\n")

    promoted = changed(tmp_path / "ann.toml", before, "new")

    assert promoted == before.replace('"Ann"\r\n', '"Ann"\r\nmodel = "new"\r\n', 1)
    assert changed(tmp_path / "ann.toml", promoted, None) == before


def test_a_line_that_cannot_be_found_is_left_to_people(tmp_path: Path) -> None:
    """An unusual spelling is not rewritten by guesswork."""
    path = tmp_path / "ann.toml"
    path.write_text('"model" = "old"\nname = "Ann"\n')

    with pytest.raises(ContentError, match='write model = "new" by hand'):
        change_model(path, "new")
