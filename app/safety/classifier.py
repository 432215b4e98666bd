"""The second half of the screens: a linear classifier over words, for what no pattern says.

People find ever new words. The patterns know those that we thought of; this has weights for words, short phrases and
parts of words, learned by scripts/train_screens.py from lines written for this project. It is a table and a sum: no
library, no network, microseconds.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

from app.core.errors import ContentError
from app.safety.tables import FOLDER

WINDOW = 24
"""Words that are judged together. A longer text is judged in windows, each half of it new, and the worst one counts."""

EDGE = "^"
PARTS = (3, 4, 5)  # letters

_HALF = WINDOW // 2
_SCALE = 100.0  # weights are stored as whole hundredths

Scores = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """What train_screens learned.

    `labels` are the classes that alarm; scores are against the one that does not. `weights` holds words, phrases
    (`end it`) and parts of words (`#suic`). A word that it holds already carries the weight of its own parts.
    """

    labels: tuple[str, ...]
    bias: Scores
    threshold: float
    weights: Mapping[str, Scores]

    def weigh(self, tokens: Sequence[str]) -> tuple[float, str]:
        """Return (log-odds that the text belongs to any of the classes, the likeliest of them)."""
        padded = (EDGE, *tokens, EDGE)
        columns = self._gains(padded)
        halves = [
            self._half([column[start : start + _HALF] for column in columns]) for start in range(0, len(padded), _HALF)
        ]
        return max(map(self._judge, pairwise(halves))) if len(halves) > 1 else self._judge(halves)

    def _half(self, columns: Sequence[Sequence[Scores | None]]) -> tuple[Scores, int]:
        """Return what half a window gains, and how many words it has."""
        return self._sum(list(filter(None, chain.from_iterable(columns)))), len(columns[0])

    def _judge(self, halves: Sequence[tuple[Scores, int]]) -> tuple[float, str]:
        """Return the odds and the likeliest class of one window, of whose halves the gains and sizes are given."""
        shrink = shrinkage(sum(size for _, size in halves))
        gained = self._sum([gain for gain, _ in halves])
        scores = [known + gain * shrink for known, gain in zip(self.bias, gained, strict=True)]
        top = max(scores)
        risk = top + math.log(sum(math.exp(score - top) for score in scores))
        return risk, self.labels[scores.index(top)]

    def _gains(self, tokens: Sequence[str]) -> list[list[Scores | None]]:
        """Return columns with a row for each position: the weights of the word, and of the phrases that end there."""
        words = {token: self._word(token) for token in set(tokens)}
        phrases = [list(map(self.weights.get, column)) for column in phrases_of(tokens)]
        return [[words[token] for token in tokens], *phrases]

    def _word(self, token: str) -> Scores:
        known = self.weights.get(token)
        return known or self._sum([self.weights[part] for part in parts_of(token) if part in self.weights])

    def _sum(self, scores: Sequence[Scores]) -> Scores:
        return tuple(map(sum, zip(*scores, strict=True))) if scores else (0.0,) * len(self.labels)


def phrases_of(tokens: Sequence[str]) -> tuple[list[str], ...]:
    """Return the phrases that end at each position, by kind: two words, three, two with one or two left out between.

    Where a phrase would begin before the text it is "".
    """
    pairs = ["", *(f"{first} {last}" for first, last in pairwise(tokens))]
    threes = ["", "", *(f"{first} {pair}" for first, pair in zip(tokens, pairs[2:], strict=False))]
    over_one = ["", "", *(f"{first} _ {last}" for first, last in zip(tokens, tokens[2:], strict=False))]
    over_two = ["", "", "", *(f"{first} _ _ {last}" for first, last in zip(tokens, tokens[3:], strict=False))]
    return tuple(column[: len(tokens)] for column in (pairs, threes, over_one, over_two))


def parts_of(word: str) -> Iterator[str]:
    """Yield the runs of letters in a word, its edges marked."""
    edged = f"<{word}>"
    for length in PARTS:
        for start in range(len(edged) - length + 1):
            yield "#" + edged[start : start + length]


def shrinkage(tokens: int) -> float:
    """Return what sums over a text of so many words are multiplied by: long texts have more of everything."""
    return 1 / math.sqrt(tokens)


@cache
def load_classifier(name: str) -> Classifier:
    """Return the classifier weights/<name>.tsv, read once. Raises ContentError."""
    return read_classifier(FOLDER / "weights" / f"{name}.tsv")


def read_classifier(path: Path) -> Classifier:
    """Read a file of scripts/train_screens.py: a line of JSON, then a line a feature: name and whole hundredths.

    Raises ContentError when it is no such file.
    """
    try:
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        about = json.loads(head)
        rows = (line.split("\t") for line in lines)
        weights = {feature: tuple(map(_weight, values)) for feature, *values in rows}
        return Classifier(tuple(about["labels"]), tuple(about["bias"]), about["threshold"], weights)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContentError(
            f"{path.name} cannot be read ({error}); python -m scripts.train_screens writes it"
        ) from error


@cache
def _weight(hundredths: str) -> float:
    """Return one number for all places that hold the same: half a million of them would be 12 MB."""
    return int(hundredths) / _SCALE
