"""The same twice is found among many, nearly the same as well, and different things are not taken for the same."""

import random

import numpy as np

from scripts.dataset.building.duplicates import Seen, are_near
from scripts.dataset.sketches import Sketch, jaccard, near_pairs, shingles, sketch
from scripts.dataset.words import fold, words_of
from tests.dataset.talks import talk

LONG = [f"word{n}" for n in range(23)]


def test_case_and_spaces_make_no_difference() -> None:
    """The second of two is known; who speaks matters."""
    seen = Seen()

    assert [seen.has(talk(*texts)) for texts in [("Hi  you", "Hello"), ("hi you", "HELLO"), ("hello", "hi you")]] == [
        False,
        True,
        False,
    ]


def test_folding_keeps_what_has_no_words() -> None:
    """Punctuation falls away beside words, never to nothing; scripts without spaces are taken by character."""
    assert [fold(text) for text in ("Hi,  you!", "?!", "你好 ok")] == ["hi you", "?!", "你 好 ok"]


def test_a_long_question_does_not_make_two_answers_the_same() -> None:
    """Questions and answers are judged apart."""
    question = " ".join(LONG * 5)

    assert not are_near(talk(question, "Get a dog."), talk(question, "Join a choir."), 0.9)
    assert are_near(talk(question, "Get a dog."), talk(f"{question} now", "get a dog"), 0.9)


def test_near_texts_meet_and_others_do_not() -> None:
    """Among 400 texts of chance words, the 40 that differ in one word from another are found, and nothing else."""
    chance = random.Random(7)
    texts = [[f"w{chance.randrange(500)}" for _ in range(60)] for _ in range(360)]
    texts += [[*text[:-1], "other"] for text in texts[:40]]
    table: Sketch = np.stack([sketch(text) for text in texts])
    runs = [shingles(text) for text in texts]

    found = list(near_pairs(table, 0.9, lambda one, other: jaccard(runs[one], runs[other]) >= 0.9))

    assert found == [(n, 360 + n) for n in range(40)]


def test_a_sketch_is_the_same_on_every_machine() -> None:
    """The numbers are fixed: a build on another machine must find the same duplicates."""
    assert int(sketch(words_of("one two three four"))[0]) == 3747146363
    assert list(near_pairs(np.empty((0, 16), dtype=np.uint32), 0.9, lambda *_: True)) == []
