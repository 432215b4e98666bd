"""A mark is a sign and never a chance end; what is shared is cut at words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.dataset.marks import (
    Marks,
    choose_ending,
    choose_separator,
    common_prefix,
    common_suffix,
    find_marks,
    removable_prefix,
)

texts = st.lists(st.text(alphabet="ab\n ->", max_size=6), max_size=4)


@pytest.mark.parametrize(
    ("prompts", "completions", "marks"),
    [
        (["kettles ->", "lamps ->"], [" positive", " negative"], Marks(" ->", None)),
        (["a\n\n###\n\n", "b\n\n###\n\n"], [" at 1 o'clock\n", " at 2 o'clock\n"], Marks("\n\n###\n\n", "\n")),
        (["Is it?", "Are you?"], ["Well, explained", "So, explained"], Marks(None, None)),
        (["a\n\nAgent:", "b c\n\nAgent:"], ["a [DONE]", "b [DONE]"], Marks("\n\nAgent:", " [DONE]")),
        (["a =>", "b =>"], ["It is. END", "It was. END"], Marks(" =>", " END")),
        (["a", "b"], ["one.", "two."], Marks(None, None)),
        (["a -> b ->", "c ->"], ["x\ny\n", "z\n"], Marks(None, None)),
        (["alone ->"], ["just one END"], Marks(" ->", " END")),
        ([], [], Marks(None, None)),
    ],
)
def test_marks_are_signs_that_stand_at_the_end_alone(prompts: list[str], completions: list[str], marks: Marks) -> None:
    """Letters, sentence ends and what also stands inside a text are no marks, whether all texts share them or not."""
    assert find_marks(prompts, completions) == marks


@pytest.mark.parametrize(
    ("prompts", "separator"),
    [
        (["one line"], " ->"),
        (["two\nlines"], "\n\n###\n\n"),
        (["a -> b"], "\n\n###\n\n"),
        (["a -> b\n\n###\n\n"], "\n\n===\n\n"),
    ],
)
def test_a_separator_is_one_that_no_prompt_holds(prompts: list[str], separator: str) -> None:
    """The first of the old tool's that is free; the arrow only after single lines."""
    assert choose_separator(prompts) == separator


@pytest.mark.parametrize(
    ("completions", "ending"),
    [
        (["one line. Two sentences."], "\n"),
        (["two\nlines without a dot"], " END"),
        (["two\nlines to the END"], "***"),
        (["\n END***+++&&&$$$@@@%%%"], " [END]"),
    ],
)
def test_an_end_mark_is_one_that_no_completion_holds(completions: list[str], ending: str) -> None:
    """A dot is never one: it would cut every answer of two sentences."""
    assert choose_ending(completions) == ending


@pytest.mark.parametrize(
    ("texts", "prefix"),
    [
        (["@115712 Hi", "@115788 Hello"], ""),
        (["Hello @115712", "Hello @115788"], "Hello "),
        (["Please sum up: What", "Please sum up: Why"], "Please sum up: "),
        (["Answer:yes", "Answer:12"], "Answer:"),
        (["At 12:30", "At 12:45"], "At "),
        (["It is", "It is raining"], "It is"),
        (["same", "same"], ""),
        (["alone"], ""),
        ([], ""),
    ],
)
def test_a_beginning_goes_at_whole_words(texts: list[str], prefix: str) -> None:
    """No word, number or name is cut, and a text shares nothing with itself."""
    assert removable_prefix(texts) == prefix


@given(texts)
def test_what_is_shared_is_shared_by_all_and_no_longer(texts: list[str]) -> None:
    """The longest beginning, and by the mirror the longest end."""
    prefix = common_prefix(texts)

    assert all(text.startswith(prefix) for text in texts)
    assert not texts or len({text[: len(prefix) + 1] for text in texts}) > 1 or prefix in texts
    assert common_suffix(texts) == common_prefix([text[::-1] for text in texts])[::-1]
