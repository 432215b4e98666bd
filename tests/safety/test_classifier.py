"""The classifier: a sum over words, phrases and parts of words, judged window by window."""

import math
from pathlib import Path

import pytest

from app.core.errors import ContentError
from app.safety.classifier import EDGE, WINDOW, Classifier, parts_of, phrases_of, read_classifier

LABELS = ("active", "third_party")


def judge(classifier: Classifier, *words: str) -> str | None:
    """Return the class that is likelier than not."""
    odds, label = classifier.weigh(words)
    return label if odds > classifier.threshold else None


def make(weights: dict[str, tuple[float, float]], threshold: float = 0.0) -> Classifier:
    return Classifier(LABELS, (-5.0, -5.0), threshold, weights)


def test_nothing_known_is_nothing_found() -> None:
    """Words without weight leave the bias, which says harmless."""
    assert judge(make({}), "hello", "there") is None
    assert judge(make({})) is None


def test_the_likeliest_class_is_named() -> None:
    """Each class has weights of its own."""
    classifier = make({"end it": (20.0, 0.0), "my sister": (0.0, 40.0)})

    assert judge(classifier, "i", "end", "it") == "active"
    assert judge(classifier, "my", "sister", "will", "end", "it") == "third_party"


def test_the_odds_are_those_of_all_classes_together() -> None:
    """Two classes of equal score are together twice as likely as one."""
    classifier = make({"x": (10.0, 10.0)})

    odds, _ = classifier.weigh(("x",))

    assert odds == pytest.approx(10 / math.sqrt(3) - 5 + math.log(2))


def test_an_unknown_word_is_judged_by_its_parts() -> None:
    """A misspelling shares its parts with the word; a known word is not counted twice."""
    weights = {"#suic": (30.0, 0.0), "suicide": (1.0, 0.0)}

    assert judge(make(weights), "suicidde") == "active"
    assert judge(make(weights), "suicide") is None


def test_a_telling_phrase_is_found_wherever_it_stands() -> None:
    """A long harmless text around it neither hides nor dilutes it beyond its window."""
    classifier = make({"end it": (50.0, 0.0)})

    for before in range(0, 3 * WINDOW, 7):
        assert judge(classifier, *["word"] * before, "end", "it", *["word"] * 3 * WINDOW) == "active"


def test_features_are_what_the_trainer_counts() -> None:
    """Phrases end at their position; parts know the edges of the word."""
    pairs, threes, over_one, over_two = phrases_of((EDGE, "end", "it", "all"))
    assert pairs == ["", f"{EDGE} end", "end it", "it all"]
    assert threes == ["", "", f"{EDGE} end it", "end it all"]
    assert over_one == ["", "", f"{EDGE} _ it", "end _ all"]
    assert over_two == ["", "", "", f"{EDGE} _ _ all"]
    assert phrases_of((EDGE,)) == ([""], [""], [""], [""])
    assert list(parts_of("it")) == ["#<it", "#it>", "#<it>"]


@pytest.mark.parametrize("content", ["", "{}", '{"labels": ["a"], "bias": [0], "threshold": 0}\nword\tmany'])
def test_a_broken_file_says_who_writes_it(tmp_path: Path, content: str) -> None:
    """A server that cannot read its weights does not start, and says what to run."""
    path = tmp_path / "risk.tsv"
    path.write_text(content)

    with pytest.raises(ContentError, match=r"risk\.tsv cannot be read .*scripts\.train_screens"):
        read_classifier(path)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Weights are whole hundredths."""
    path = tmp_path / "risk.tsv"
    path.write_text('{"labels": ["active"], "bias": [-1.5], "threshold": 0.5}\nend it\t250\n')

    assert read_classifier(path) == Classifier(("active",), (-1.5,), 0.5, {"end it": (2.5,)})
