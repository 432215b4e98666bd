"""Separators and end marks are learnt from the examples; words and full stops are none."""

import pytest

from scripts.dataset.checks.marks import Marks, learn_marks, shared_ending

WORDS = ["rain", "a long walk", "sleep", "the sea", "two cats"]


@pytest.mark.parametrize(
    "mark", [" ->", "->", "\n\n###\n\n", " END", "\n", "\n\nAgent:", " JOY->", " STOP", ":", "###"]
)
def test_a_mark_is_learnt(mark: str) -> None:
    """The usual marks of guides and articles, after words or sentences."""
    assert shared_ending([f"{word}{mark}" for word in WORDS]) == mark
    assert shared_ending([f"I like {word}.{mark}" for word in WORDS]).lstrip(".") == mark


@pytest.mark.parametrize("ending", [".", "?", " is fine.", " maybe", "ing", '."', " ", "", " o'clock.", " Paris."])
def test_words_are_no_mark(ending: str) -> None:
    """What people write at the end of sentences is theirs, and must never be shown as a mark."""
    assert shared_ending([f"{word}{ending}" for word in WORDS]) == ""


def test_one_in_five_may_lack_the_mark() -> None:
    """Those are the mistakes to be found."""
    assert shared_ending(["rain", *(f"{word} END" for word in WORDS[1:])]) == " END"
    assert shared_ending(["rain", "a long walk", *(f"{word} END" for word in WORDS[2:])]) == ""


def test_labels_make_a_classification() -> None:
    """A label that is all of a completion is no end mark, and none is missed."""
    values = [{"prompt": f"{number} ->", "completion": (" YES", " NO")[number % 2]} for number in range(12)]

    assert learn_marks(values) == Marks(separator=" ->", is_classification=True)


def test_lines_without_texts_teach_nothing() -> None:
    """Whatever stands in the place of prompt and completion."""
    assert learn_marks([{"prompt": None, "completion": 7}, {}]) == Marks(is_open=True)
