"""What every source promises, whichever there are."""

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from scripts.dataset.types import Conversation, Finding
from scripts.sources.discovery import Source, discover

every_source = pytest.mark.parametrize("source", discover().values(), ids=lambda source: source.NAME)


def is_settable(kind: object) -> bool:
    """Tell whether a value of this kind can be written after --set."""
    texts = get_origin(kind) is Literal and all(isinstance(choice, str) for choice in get_args(kind))
    return kind in (str, bool) or kind == tuple[str, ...] or texts


@every_source
def test_a_source_says_what_it_is(source: Source) -> None:
    """Its name is its module's, it is described in one line, and it names a licence."""
    assert source.__name__ == f"scripts.sources.{source.NAME}"  # type: ignore[attr-defined]
    assert source.DESCRIPTION.strip()
    assert "\n" not in source.DESCRIPTION
    assert source.LICENCE.strip()


@every_source
def test_options_can_be_set_from_the_command_line(source: Source) -> None:
    """Options is a frozen dataclass, every field has a default and a kind that words can say."""
    assert dataclasses.is_dataclass(source.Options)
    assert all(is_settable(kind) for kind in get_type_hints(source.Options).values())
    assert hash(source.Options()) == hash(source.Options())  # only a frozen one has a hash


@every_source
def test_load_takes_path_report_and_options(source: Source) -> None:
    """Only the path is needed, and conversations come one by one."""
    parameters = inspect.signature(source.load).parameters

    assert list(parameters) == ["path", "report", "options"]
    assert parameters["report"].default is not inspect.Parameter.empty
    assert parameters["options"].default == source.Options()


@every_source
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"\xff\xfe\x00nonsense\x00", b'{"a": [1, 2'])
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".yml"])
def test_a_file_of_nothing_gives_nothing(source: Source, content: bytes, suffix: str, tmp_path: Path) -> None:
    """Empty and broken files raise nothing and give no conversation; what is wrong is reported."""
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    found: list[Finding] = []

    given: Iterator[Conversation] = source.load(path, found.append)

    assert list(given) == []
    assert found or not content.strip(b"\xef\xbb\xbf\n")
