"""Between the two readings: near duplicates go, questions with several answers are named, everything gets its split."""

import math
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

from scripts.dataset.building.duplicates import are_near
from scripts.dataset.building.gather import Rows
from scripts.dataset.building.split import SPLITS, Shares
from scripts.dataset.building.spool import Spool
from scripts.dataset.sketches import jaccard, near_pairs, shingles
from scripts.dataset.types import Finding, Report
from scripts.dataset.words import words_of


class Use(IntEnum):
    """What a conversation on the spool is good for."""

    NOTHING = 0
    PAIRS = 1
    """Shown to preference training beside a better or worse answer, never imitated."""
    LEARNED = 2


def sift(spool: Spool, rows: Rows, threshold: float, one_answer: bool, report: Report) -> bytearray:
    """Return the Use of each row. A score below zero marks an answer that nobody should learn."""
    uses = bytearray(Use.PAIRS if score < 0 else Use.LEARNED for score in rows.scores)
    _drop_near(spool, rows, threshold, uses, report)
    for alternatives in _several_answers(rows, uses):
        _name_alternatives(spool, rows, alternatives, report)
        if one_answer:
            _keep_best(spool, rows, alternatives, uses, report)
    return uses


def join_near_questions(spool: Spool, rows: Rows, uses: bytearray, threshold: float, shares: Shares) -> None:
    """Put conversations that begin with nearly the same words into one unit, until no such two are in two splits.

    More than once, because near_pairs sees a pair or not by the order of the rows, and the rows of one split stand
    together when somebody looks for leaks.
    """
    learned = [row for row, use in enumerate(uses) if use == Use.LEARNED]
    places = bytes(len(rows))
    while True:
        order = sorted(learned, key=places.__getitem__)
        for one, other in _near_questions(spool, rows, order, threshold):
            rows.units.join_rows(one, other)
        before, places = places, bytes(SPLITS.index(shares.place(rows.units.unit_of(row))) for row in range(len(rows)))
        if places == before:
            return


def _near_questions(spool: Spool, rows: Rows, order: Sequence[int], threshold: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows, found in this order, that are near and not of one unit yet."""

    @lru_cache(maxsize=4_096)  # the first of a heap is asked for again and again
    def runs(row: int) -> frozenset[int]:
        return shingles(words_of(spool.read(row).messages[0].text))

    def is_near(one: int, other: int) -> bool:
        if rows.units.unit_of(order[one]) == rows.units.unit_of(order[other]):
            return False
        return jaccard(runs(order[one]), runs(order[other])) >= threshold

    for one, other in near_pairs(rows.question_sketches[order], threshold, is_near):
        yield order[one], order[other]


def _drop_near(spool: Spool, rows: Rows, threshold: float, uses: bytearray, report: Report) -> None:
    def is_near(one: int, other: int) -> bool:
        return bool(uses[one] and uses[other]) and are_near(spool.read(one), spool.read(other), threshold)

    for earlier, later in near_pairs(rows.sketches, threshold, is_near):
        kept, dropped = spool.read(earlier), spool.read(later)
        if uses[earlier] != uses[later]:
            continue  # a better and a worse answer may be alike
        uses[later] = Use.NOTHING
        report(Finding("error", "near_duplicate", dropped.where, f"nearly the same words as {kept.where}"))


def _several_answers(rows: Rows, uses: bytearray) -> Iterator[Sequence[int]]:
    """Yield the rows of each question that is learned with more than one first answer."""
    first_row: dict[int, int] = {}
    others: dict[int, list[int]] = {}
    for row, question in enumerate(rows.questions):
        if uses[row] == Use.LEARNED and first_row.setdefault(question, row) != row:
            others.setdefault(question, []).append(row)
    for question, later in others.items():
        found = [first_row[question], *later]
        if len({rows.answers[row] for row in found}) > 1:
            yield found


def _name_alternatives(spool: Spool, rows: Rows, found: Sequence[int], report: Report) -> None:
    answers = len({rows.answers[row] for row in found})
    said = f"{len(found)} conversations begin with these words and answer them in {answers} ways"
    fix = "keep them for variety, or build with --one-answer"
    report(Finding("warning", "same_question", spool.read(found[0]).where, said, fix))


def _keep_best(spool: Spool, rows: Rows, found: Sequence[int], uses: bytearray, report: Report) -> None:
    """Keep the answer of the highest score, the first one among equals; the others still serve in pairs."""
    best = max(found, key=lambda row: -math.inf if math.isnan(rows.scores[row]) else rows.scores[row])
    where = spool.read(best).where
    for row in found:
        if row != best:
            uses[row] = Use.NOTHING if math.isnan(rows.scores[row]) else Use.PAIRS
            report(_other_answer(spool.read(row).where, where, Use(uses[row])))


def _other_answer(where: str, best: str, use: Use) -> Finding:
    if use == Use.PAIRS:
        return Finding("info", "only_in_pairs", where, f"{best} answers better; this one is only compared with it")
    return Finding("error", "other_answer", where, f"another answer to the same question is kept, from {best}")
