"""The CSV files: every answer with what was asked, and the two columns that a model is tuned on.

Columns and their order are the superhero tutorial's: the row's number without a heading, the grid's lists, then
prompt, sub_prompt, response_txt, finish_reason; and prompt, completion in the second file.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scripts.dataset.files import whole_file
from scripts.generation.answers import CUT, REFUSED, Answer, Answers
from scripts.generation.calls import Call
from scripts.generation.grid import Grid

Flaw = Literal["cut", "empty", "refused"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows were written, and how many of them are not fit for training, and why."""

    rows: int
    pairs: int
    cut: int
    empty: int
    refused: int
    input_tokens: int
    output_tokens: int


def write_tables(grid: Grid, calls: Sequence[Call], answers: Answers, path: Path, pairs: Path) -> Tally:
    """Write both files, whole, and return what is in them.

    Rows stand in the grid's order, whatever order the answers came in; places without an answer are left out of the
    first file, and cut, empty and refused answers of the second too.
    """
    answered = [(call, answer) for call in calls if (answer := answers.get(call.key)) is not None]
    names = grid.columns
    head = ["", *grid.grid, names.prompt, names.sub_prompt, names.response, names.finish_reason]
    _write(path, head, (_row(call, answer) for call, answer in answered))
    _write(pairs, ["prompt", "completion"], _pairs(answered))
    return _tally([answer for _, answer in answered])


def flaw_of(answer: Answer) -> Flaw | None:
    """Return why an answer is not fit for training, None when it is: declined, cut in mid-sentence, or no words."""
    if answer.finish_reason in REFUSED:
        return "refused"
    if answer.finish_reason == CUT:
        return "cut"
    return None if answer.text.strip() else "empty"


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with whole_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _row(call: Call, answer: Answer) -> tuple[object, ...]:
    return (call.row, *call.values, call.prompt, call.sub_prompt, answer.text, answer.finish_reason)


def _pairs(answered: Iterable[tuple[Call, Answer]]) -> Iterator[tuple[str, str]]:
    for call, answer in answered:
        if flaw_of(answer) is None:
            yield call.sub_prompt, answer.text


def _tally(answers: Sequence[Answer]) -> Tally:
    flaws = Counter(map(flaw_of, answers))
    return Tally(
        rows=len(answers),
        pairs=flaws[None],
        cut=flaws["cut"],
        empty=flaws["empty"],
        refused=flaws["refused"],
        input_tokens=sum(answer.input_tokens for answer in answers),
        output_tokens=sum(answer.output_tokens for answer in answers),
    )
