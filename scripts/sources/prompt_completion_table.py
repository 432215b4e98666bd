"""Tables of prompts and completions under any columns' names: CSV, TSV, XLSX, JSON, JSONL.

An answer that the model did not finish (finish_reason = length or content_filter) is left out: a model trained on cut
answers learns to stop in the middle. A file that the old `prepare_data` tool has been through is recognised by its
marks (" ->" or "###" after every prompt, " END" after every completion); they are taken off, because the prompt is
built anew from the persona's own marks. All completions of one prompt have one `group`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import conversation_id, ignore
from scripts.sources.prepared_marks import Marks, find_marks, take_off
from scripts.sources.questions import ends_sentence, ends_whole, is_question
from scripts.sources.table_columns import find_column, missing_column, no_rows
from scripts.sources.table_row import Row
from scripts.sources.table_rows import read_table

NAME = "prompt_completion_table"
DESCRIPTION = "Tables of prompts and completions under any columns' names: CSV, TSV, XLSX, JSON, JSONL"
LICENCE = "not stated"

KNOWN = (
    ("prompt", "completion"),
    ("sub_prompt", "response_txt"),
    ("prompt", "response"),
    ("question", "answer"),
    ("input", "output"),
    ("instruction", "output"),
    ("instruction", "response"),
    ("user", "assistant"),
    ("query", "response"),
    ("source", "target"),
    ("context", "response"),
)
"""Pairs of columns in the order in which they are looked for. With sub_prompt, `prompt` is what made the answer up."""

_CUT = ("length", "content_filter")
_LOOKED_AT = 1_000  # rows that tell whether all prompts end alike


@dataclass(frozen=True)
class Options:
    """Columns' names and marks, found when empty."""

    prompt: str = ""
    completion: str = ""
    finish_reason: str = "finish_reason"
    separator: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class _Pair:
    prompt: str
    completion: str
    finish_reason: str
    where: str


def load(path: Path, report: Report = ignore, options: Options = Options()) -> Iterator[Conversation]:
    """Yield one conversation a row, in the order of the rows. Rows that are cut or empty are reported and left out."""
    rows = (row for row in read_table(path, report) if row.cells)
    start = list(islice(rows, _LOOKED_AT))
    if not start:
        report(no_rows(path))
        return
    columns = _columns(start, options)
    if columns is None:
        report(_missing(path, start, options))
        return
    pairs = [_pair(row, columns) for row in start]
    marks = find_marks(
        [pair.prompt for pair in pairs], [pair.completion for pair in pairs], options.separator, options.end
    )
    _tell_direction(path, pairs, columns, report)
    finishes = ends_whole([take_off(pair.completion, marks.end, Counter()) for pair in pairs])
    taken: Counter[str] = Counter()
    for row in chain(start, rows):
        conversation = _conversation(_pair(row, columns), marks, taken, report)
        if conversation:
            _tell_unfinished(conversation, finishes, report)
            yield conversation
    _tell_marks(path, taken, report)


def _columns(rows: list[Row], options: Options) -> tuple[str, str, str | None] | None:
    names = _names(rows)
    reason = find_column(names, options.finish_reason, ()) if options.finish_reason else None
    for known_prompt, known_completion in KNOWN:
        prompt = find_column(names, options.prompt, (known_prompt,))
        completion = find_column(names, options.completion, (known_completion,))
        if prompt and completion:
            return prompt, completion, reason
    return None


def _names(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.cells))


def _missing(path: Path, rows: list[Row], options: Options) -> Finding:
    names = _names(rows)
    if find_column(names, options.prompt, [prompt for prompt, _ in KNOWN]) is None:
        return missing_column(path, "prompt", options.prompt, names)
    return missing_column(path, "completion", options.completion, names)


def _pair(row: Row, columns: tuple[str, str, str | None]) -> _Pair:
    prompt, completion, reason = columns
    finished = row.cells.get(reason, "") if reason else ""
    return _Pair(row.cells.get(prompt, ""), row.cells.get(completion, ""), finished.strip().lower(), row.where)


def _tell_direction(path: Path, pairs: list[_Pair], columns: tuple[str, str, str | None], report: Report) -> None:
    """Warn when the completions ask and the prompts do not: the article on interviews pairs them so."""
    asked = sum(is_question(pair.prompt) for pair in pairs), sum(is_question(pair.completion) for pair in pairs)
    if asked[1] * 2 > len(pairs) and asked[0] * 2 < asked[1]:
        message = f"{asked[1]} of {len(pairs)} completions look like questions, the prompts like their answers"
        fix = f"--set prompt={columns[1]} --set completion={columns[0]}, if they were swapped"
        report(Finding("warning", "swapped_pairing", path.name, message, fix))


def _conversation(pair: _Pair, marks: Marks, taken: Counter[str], report: Report) -> Conversation | None:
    if pair.finish_reason in _CUT:
        message = f"the model did not finish (finish_reason = {pair.finish_reason}); the row is left out"
        report(Finding("error", "cut_answer", pair.where, message, "ask again with more max_tokens"))
        return None
    prompt = take_off(pair.prompt, marks.separator, taken)
    completion = take_off(pair.completion, marks.end, taken)
    for name, words in (("prompt", prompt), ("completion", completion)):
        if not words:
            report(Finding("error", f"empty_{name}", pair.where, f"no {name} in this row; it is left out"))
            return None
    messages = (Message("user", prompt), Message("assistant", completion))
    group = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Conversation(conversation_id(NAME, messages), NAME, LICENCE, messages, f"prompt {group}", None, pair.where)


def _tell_unfinished(conversation: Conversation, finishes: bool, report: Report) -> None:
    """Warn of a completion without an end where nearly all others have one; finish_reason may have been thrown away."""
    if finishes and not ends_sentence(conversation.messages[-1].text):
        message = "the completion does not end as a sentence, nearly all others do; was it cut?"
        report(Finding("warning", "looks_cut", conversation.where, message, "finish it, or leave the row out"))


def _tell_marks(path: Path, taken: Counter[str], report: Report) -> None:
    for mark, count in taken.items():
        message = f"{count:,} texts ended with the mark {mark!r}, which was taken off"
        report(Finding("info", "mark_removed", path.name, message, "the persona's own marks are put there instead"))
