"""Interviews written as one column of rows: a question, its answer, the next question, its answer, and so on.

Which row is whose is said by two options. `first` tells what the first row is, "question" or "answer". `asks` tells
who asks, "user" or "assistant".

The default is `first = "question", asks = "user"`: each question is the prompt and the answer below it the completion.
That is the right way round for the interviewer persona, which answers what the candidate says, is to know its field,
and is trained on the knowledge that stands in the answers. The article that this format comes from pairs the same rows
the other way round (the answer as prompt, the question it already answered as completion) and so trains a model that
asks for what it has just been told. Whatever makes the rows come out like this is reported as `swapped_pairing`.

With `asks = "assistant"` the persona asks: it learns to put the next question after an answer, (answer 1, question 2),
(answer 2, question 3), ... as conversations of up to 8 exchanges; question 1 follows no answer and is left out. Choose
it for a real interview, where one question follows from the answer before; a blank row ends an interview. In a mere
collection of questions it teaches to jump.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Literal

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import conversation_id, ignore
from scripts.sources.questions import is_question
from scripts.sources.row_pairs import Pair, Text, pair_rows
from scripts.sources.table_columns import find_column, missing_column, no_rows
from scripts.sources.table_row import Row
from scripts.sources.table_rows import read_table

NAME = "alternating_rows"
DESCRIPTION = "Interviews as one column of rows: a question, its answer, the next question, its answer"
LICENCE = "not stated"

KNOWN = ("text", "line", "utterance", "sentence", "message", "content", "dialogue")
MAX_EXCHANGES = 8  # of one conversation where the persona asks: about what the server remembers of it
_LOOKED_AT = 200  # rows that tell which side asks


Exchange = tuple[Text, Text]
"""What the user says and what the assistant says."""


@dataclass(frozen=True)
class Options:
    """`column`: the one with the rows, found when empty. `first`: what the first row is. `asks`: who asks."""

    column: str = ""
    first: Literal["question", "answer"] = "question"
    asks: Literal["user", "assistant"] = "user"


def load(path: Path, report: Report = ignore, options: Options = Options()) -> Iterator[Conversation]:
    """Yield the conversations in the order of the rows. Rows without a partner are reported and left out."""
    rows = read_table(path, report)
    first = next((row for row in rows if row.cells), None)
    if first is None:
        report(no_rows(path))
        return
    column = _column(first, options)
    if column is None:
        report(missing_column(path, "column", options.column, first.cells))
        return
    texts = ((row.where, row.cells.get(column, "").strip()) for row in chain([first], rows))
    start = list(islice(texts, _LOOKED_AT))
    if column and is_question(column) and " " in column.strip():
        report(_no_header(path))
        start.insert(0, (f"{path.name}:1", column))
    _tell_direction(path, [text for _, text in start if text], options, report)
    pairs = pair_rows(chain(start, texts), options.first == "question", report)
    for exchanges in _answered(pairs) if options.asks == "user" else _asked(pairs):
        yield _conversation(exchanges)


def _column(row: Row, options: Options) -> str | None:
    names = list(row.cells)
    return find_column(names, options.column, KNOWN) or (names[0] if len(names) == 1 and not options.column else None)


def _answered(pairs: Iterator[Pair | None]) -> Iterator[list[Exchange]]:
    """Yield each pair alone: the user asks, the assistant answers."""
    yield from ([(pair.question, pair.answer)] for pair in pairs if pair)


def _asked(pairs: Iterator[Pair | None]) -> Iterator[list[Exchange]]:
    """Yield the exchanges of each interview: the user answers, the assistant asks the next question."""
    exchanges: list[Exchange] = []
    for pair, after in pairwise(chain(pairs, [None])):
        if pair and after:
            exchanges.append((pair.answer, after.question))
        if exchanges and (after is None or len(exchanges) == MAX_EXCHANGES):
            yield exchanges
            exchanges = []


def _conversation(exchanges: list[Exchange]) -> Conversation:
    messages = tuple(
        message
        for user, assistant in exchanges
        for message in (Message("user", user[1]), Message("assistant", assistant[1]))
    )
    where = min(exchanges[0], key=lambda text: int(text[0].rpartition(":")[2]))[0]
    return Conversation(conversation_id(NAME, messages), NAME, LICENCE, messages, where=where)


def _no_header(path: Path) -> Finding:
    message = "the first line is a question, not the name of a column; it was taken as the first row"
    return Finding("warning", "no_header", f"{path.name}:1", message, "write Text as the first line")


def _tell_direction(path: Path, texts: list[str], options: Options, report: Report) -> None:
    """Report how the rows are paired, and a warning if the answers look like the questions."""
    rows = {"question": "answer", "answer": "question"}
    asked = sum(map(is_question, texts[0::2])), sum(map(is_question, texts[1::2]))
    looks = "question" if asked[0] >= asked[1] else "answer"
    if looks != options.first and asked[0] != asked[1]:
        message = (
            f'with first = "{options.first}", {max(asked)} of the first {len(texts)} rows that look like questions are '
            "taken as answers: the prompt would be the answer, as the article pairs it"
        )
        report(Finding("warning", "swapped_pairing", path.name, message, f"--set first={looks}"))
    second = rows[options.first]
    who = "the user asks, the assistant answers" if options.asks == "user" else "the assistant asks the next question"
    report(Finding("info", "pairing", path.name, f"rows are read as {options.first}, {second}, ...; {who}"))
