"""A conversation's place depends on its question, its group and the seed, and on nothing else."""

from collections import Counter

import pytest

from scripts.dataset.building.split import BadShares, Shares, Units, read_shares


def test_shares_are_kept_about() -> None:
    """Of 20,000 units, about the wished shares fall into each split."""
    places = Counter(Shares(70, 20, 10).place(unit) for unit in range(20_000))

    assert {split: round(count / 200) for split, count in places.items()} == {"train": 70, "validation": 20, "test": 10}


def test_a_place_is_the_same_on_every_machine() -> None:
    """Fixed examples; another seed gives others."""
    places = [Shares().place(unit) for unit in range(8)]

    assert places == ["validation", "test", "validation", "train", "train", "train", "validation", "train"]
    assert [Shares(seed=1).place(unit) for unit in range(8)] != places


def test_a_unit_is_named_by_its_smallest_question() -> None:
    """The same question, the same group and rows joined by hand are one unit; order does not matter."""
    questions, groups = [50, 40, 30, 50, 7], [0, 9, 9, 0, 0]

    units = Units(questions, groups)
    backward = Units(questions[::-1], groups[::-1])

    assert [units.unit_of(row) for row in range(5)] == [50, 30, 30, 50, 7]
    assert [backward.unit_of(row) for row in range(5)] == [7, 50, 30, 30, 50]
    units.join_rows(0, 2)
    assert [units.unit_of(row) for row in range(5)] == [30, 30, 30, 30, 7]


def test_new_data_moves_nothing_that_it_does_not_touch() -> None:
    """Units stay what they were when rows of other questions come; none at all are no units."""
    questions = list(range(100, 200))
    groups = [question % 10 + 1_000 for question in questions]
    small, large = Units(questions, groups), Units([*questions, *range(1, 100)], [*groups, *([0] * 99)])

    assert [large.unit_of(row) for row in range(100)] == [small.unit_of(row) for row in range(100)]
    assert {small.unit_of(row) for row in range(100)} == set(range(100, 110))
    Units([], [])


def test_shares_are_read_from_words() -> None:
    """Three whole numbers that make 100."""
    assert read_shares("90/5/5", 3) == Shares(90, 5, 5, 3)


@pytest.mark.parametrize("words", ["80/20", "80/10/20", "a/b/c", "-10/60/50", "", "0/50/50", "33.3/33.3/33.4"])
def test_other_shares_are_refused(words: str) -> None:
    """The message shows what is expected."""
    with pytest.raises(BadShares, match=r"80/10/10|nothing would be left"):
        read_shares(words, 0)
