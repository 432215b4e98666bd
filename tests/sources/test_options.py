"""Words after --set are checked against the source's own fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from scripts.dataset.types import Conversation
from scripts.sources.discovery import Source
from scripts.sources.options import BadOption, describe_options, read_options


@dataclass(frozen=True)
class Options:
    """One field of each kind."""

    brand: str = "any"
    strict: bool = False
    columns: tuple[str, ...] = ("question", "answer")
    order: Literal["first", "second"] = "first"


def load(path: Path, report: Any = None, options: Any = None) -> Iterator[Conversation]:
    """Give nothing."""
    yield from ()


SOURCE = cast("Source", SimpleNamespace(NAME="cards", Options=Options, load=load))


def test_words_become_options() -> None:
    """Texts, yes or no, several texts, one of a few; what is not named keeps its default."""
    words = ["brand=Acme = Co", "strict=yes", "columns=a, b", "order=second"]

    assert read_options(SOURCE, words) == Options("Acme = Co", True, ("a", "b"), "second")
    assert read_options(SOURCE, []) == Options()


def test_options_are_described_with_their_defaults() -> None:
    """As they would be written after --set."""
    assert describe_options(SOURCE) == ("brand=any", "strict=no", "columns=question,answer", "order=first")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("brnd=x", 'source cards has no option "brnd"; did you mean "brand"?'),
        ("zzz=x", 'source cards has no option "zzz"; known are brand, strict, columns, order'),
        ("brand", '--set brand: expected key=value, for example --set brand="..."'),
        ("strict=perhaps", 'option strict: "perhaps" is neither yes nor no'),
        ("order=secnd", 'option order: "secnd" is not known; did you mean "second"?'),
    ],
)
def test_what_cannot_be_used_is_explained(word: str, message: str) -> None:
    """The message names the word and what could stand there."""
    with pytest.raises(BadOption) as caught:
        read_options(SOURCE, [word])

    assert str(caught.value) == message
