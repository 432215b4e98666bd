"""Rows that alternate, taken in pairs; where one is missing, the pairs after it are set right again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import tee, zip_longest

from scripts.dataset.types import Finding, Report
from scripts.sources.questions import ends_as_question, is_question

Text = tuple[str, str]
"""(file:line, words); no words for a blank row."""

_SHORT_WORDS = 10  # an answer may start with "is" or "when", but then it is longer


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its answer."""

    question: Text
    answer: Text


def pair_rows(texts: Iterable[Text], question_first: bool, report: Report) -> Iterator[Pair | None]:
    """Yield pairs, and None where a blank row ends an interview. Rows without a partner are reported and left out.

    Where two questions or two answers follow each other beyond doubt, the odd one is left out, so that one missing row
    does not shift all pairs after it.
    """
    waiting: Text | None = None
    for text, after in _with_next(texts):
        if not text[1]:
            report(Finding("info", "blank_row", text[0], "a blank row; it ends an interview"))
            _give_up(waiting, report)
            waiting = None
            yield None
        elif waiting is None:
            waiting = _opener(text, after, question_first, report)
        elif question_first and surely_asks(text[1]) and is_question(waiting[1]):
            report(_alone(waiting, "two_questions", "a question follows at once"))
            waiting = text
        else:
            yield Pair(waiting, text) if question_first else Pair(text, waiting)
            waiting = None
    _give_up(waiting, report)


def surely_asks(text: str) -> bool:
    """Tell whether a text can hardly be an answer."""
    return ends_as_question(text) or (is_question(text) and len(text.split()) <= _SHORT_WORDS)


def _opener(text: Text, after: Text | None, question_first: bool, report: Report) -> Text | None:
    """Return the text as the first of a pair, None if it is a left-over answer right before the next question."""
    if question_first and after and not is_question(text[1]) and surely_asks(after[1]):
        report(_alone(text, "two_answers", "it stands where a question should, and a question follows"))
        return None
    return text


def _give_up(waiting: Text | None, report: Report) -> None:
    if waiting:
        report(_alone(waiting, "no_partner", "nothing follows that belongs to it"))


def _alone(text: Text, check: str, why: str) -> Finding:
    return Finding("error", check, text[0], f"this row has no partner and is left out: {why}", "add the missing row")


def _with_next(texts: Iterable[Text]) -> Iterator[tuple[Text, Text | None]]:
    one, two = tee(texts)
    next(two, None)
    return zip_longest(one, two)
