"""Questions with answers by several people, a row an answer: counsellors' answers, forums, FAQ exports.

Each answer makes a conversation of its own (question, answer). The question is title and text, or the text alone when
it begins with the title. All answers of a question have one `group`, told by its words: in the published file of
counsellors' answers 18 numbers stand for two questions each, and the column `split` puts some questions on both sides.
`score` is the upvotes. HTML becomes plain text.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.html_text import has_html, read_html
from scripts.sources.identity import conversation_id, ignore
from scripts.sources.table_columns import find_column, missing_column, no_rows
from scripts.sources.table_row import Row
from scripts.sources.table_rows import read_table

NAME = "qa_table"
DESCRIPTION = "Questions with several answers each, a row an answer, HTML made plain"
LICENCE = "not stated"

KNOWN: Mapping[str, tuple[str, ...]] = {
    "title": ("questionTitle", "title", "subject", "question"),
    "text": ("questionText", "questionBody", "body", "details", "description"),
    "answer": ("answerText", "answer", "response", "reply", "answerBody"),
    "number": ("questionID", "question_id", "thread_id"),
    "score": ("upvotes", "score", "votes", "likes", "helpful"),
}


@dataclass(frozen=True)
class Options:
    """The columns' names, found when empty: title and text of the question, answer, number of the question, score."""

    title: str = ""
    text: str = ""
    answer: str = ""
    number: str = ""
    score: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    question: str
    answer: str
    number: str
    score: str
    where: str


def load(path: Path, report: Report = ignore, options: Options = Options()) -> Iterator[Conversation]:
    """Yield one conversation an answer, in the order of the rows. Rows without question or answer are reported."""
    rows = (row for row in read_table(path, report) if row.cells)
    first = next(rows, None)
    if first is None:
        report(no_rows(path))
        return
    columns = _columns(first, options)
    for name in _missing(columns, options):
        report(missing_column(path, name, getattr(options, name), first.cells))
        return
    counts: Counter[str] = Counter()
    questions: dict[str, set[str]] = {}
    for row in chain([first], rows):
        conversation = _conversation(_read(row, columns, counts), questions, report)
        if conversation:
            yield conversation
    _tell_changes(path, counts["html_read"], questions, report)


def _columns(row: Row, options: Options) -> dict[str, str | None]:
    return {
        field.name: find_column(row.cells, getattr(options, field.name), KNOWN[field.name]) for field in fields(options)
    }


def _missing(columns: Mapping[str, str | None], options: Options) -> Iterator[str]:
    yield from (name for name, column in columns.items() if getattr(options, name) and column is None)
    if columns["title"] is None and columns["text"] is None:
        yield "title"
    if columns["answer"] is None:
        yield "answer"


def _read(row: Row, columns: Mapping[str, str | None], counts: Counter[str]) -> _Answer:
    """Return a row's cells as plain text."""
    cells = {name: row.cells.get(column, "") if column else "" for name, column in columns.items()}
    words = [cells["title"], cells["text"], cells["answer"]]
    counts["html_read"] += any(map(has_html, words))
    title, text, answer = (read_html(cell).strip() for cell in words)
    return _Answer(_question(title, text), answer, cells["number"].strip(), cells["score"].strip(), row.where)


def _question(title: str, text: str) -> str:
    return text if _plain(text).startswith(_plain(title).rstrip(".?! ")) else f"{title}\n{text}".strip()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _conversation(row: _Answer, questions: dict[str, set[str]], report: Report) -> Conversation | None:
    for name, words in (("question", row.question), ("answer", row.answer)):
        if not words:
            report(Finding("error", f"empty_{name}", row.where, f"no {name} in this row; it is left out"))
            return None
    group = hashlib.sha256(_plain(row.question).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if row.number:
        questions.setdefault(row.number, set()).add(group)
    messages = (Message("user", row.question), Message("assistant", row.answer))
    identity = conversation_id(NAME, messages)
    return Conversation(identity, NAME, LICENCE, messages, f"question {group}", _score(row, report), row.where)


def _score(row: _Answer, report: Report) -> float | None:
    try:
        score = float(row.score.replace(",", "")) if row.score else None
    except ValueError:
        report(Finding("warning", "unreadable_score", row.where, "the score is no number; taken as not judged"))
        return None
    return score if score is None or abs(score) < float("inf") else None


def _tell_changes(path: Path, html_rows: int, questions: Mapping[str, set[str]], report: Report) -> None:
    if html_rows:
        report(Finding("info", "html_read", path.name, f"{html_rows:,} rows had HTML, now plain text"))
    shared = sum(len(groups) > 1 for groups in questions.values())
    if shared:
        message = f"{shared:,} question numbers stand for several questions; questions are told apart by their words"
        report(Finding("warning", "number_of_several", path.name, message, "do not join answers by that number"))
