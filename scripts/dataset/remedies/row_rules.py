"""Rules on whole rows: empty, repeated, too long, in capitals, and how a completion begins."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from scripts.dataset.marks import find_marks
from scripts.dataset.remedies.types import Advice, Remedy, Row, Rows, lines_of, note, task_of

_LONGEST = 10_000  # characters of prompt and completion together, as in the old tool; about 2,048 tokens

Column = Literal["prompt", "completion"]


def empty_completion(rows: Rows) -> Iterator[Advice]:
    """Drop rows without a completion; report fields that are empty or blank and still stay."""
    empty = tuple(row for row in rows if not row.completion)
    if empty:
        message = f"remove {len(empty)} row{_s(empty)} with an empty completion: {lines_of(empty)}"
        yield Remedy("empty_completion", "necessary", message, lambda rows: tuple(r for r in rows if r.completion))
    blank = tuple(row for row in rows if row.completion and not row.completion.strip())
    if blank:
        yield note("warning", "blank_field", f"a completion of spaces alone: {lines_of(blank)}", "write it or drop it")
    unasked = tuple(row for row in rows if row.completion and not row.prompt.strip())
    if unasked and task_of(rows) != "open-ended generation":
        yield note("warning", "blank_field", f"a prompt without words: {lines_of(unasked)}", "write it or drop it")


def format_inferrer(rows: Rows) -> Iterator[Advice]:
    """Say what the model will learn to do, which decides the rules that follow."""
    task = task_of(rows)
    held_out = "keep part of it for validation" if task == "classification" else ""
    yield note("info", "format_inferrer", f"this looks like {task}", held_out)


def duplicated_rows(rows: Rows) -> Iterator[Advice]:
    """Drop rows whose prompt and completion both stood before."""
    kept = set(_firsts(rows))
    again = tuple(row for row in rows if row not in kept)
    if again:
        message = f"remove {len(again)} row{_s(again)} that stood before: {lines_of(again)}"
        yield Remedy("duplicated_rows", "optional", message, _firsts)


def long_examples(rows: Rows) -> Iterator[Advice]:
    """Drop rows that are longer than a training example should be, unless there are only completions."""
    if task_of(rows) == "open-ended generation":
        return
    long = tuple(row for row in rows if _is_long(row))
    if long:
        message = f"remove {len(long)} row{_s(long)} of more than {_LONGEST:,} characters: {lines_of(long)}"
        yield Remedy("long_examples", "optional", message, lambda rows: tuple(r for r in rows if not _is_long(r)))


def lower_case_prompt(rows: Rows) -> Iterator[Advice]:
    """Lower-case all prompts, but for their separator, when more than a third of their letters are capitals."""
    return _lower_case(rows, "prompt", find_marks([row.prompt for row in rows], ()).separator or "")


def lower_case_completion(rows: Rows) -> Iterator[Advice]:
    """Lower-case all completions, but for their end mark, when more than a third of their letters are capitals."""
    return _lower_case(rows, "completion", find_marks((), [row.completion for row in rows]).ending or "")


def completions_space_start(rows: Rows) -> Iterator[Advice]:
    """Let every completion begin with a space, as words in the middle of a text do for the tokenizer."""
    starts = {row.completion[:1] for row in rows}
    if len(starts) != 1 or starts != {" "}:
        message = "put a space before each completion that has none"
        yield Remedy("completions_space_start", "optional", message, _with_space)


def _firsts(rows: Rows) -> Rows:
    first = {(row.prompt, row.completion): row for row in reversed(rows)}
    return tuple(row for row in rows if first[row.prompt, row.completion] is row)


def _is_long(row: Row) -> bool:
    return len(row.prompt) + len(row.completion) > _LONGEST


def _lower_case(rows: Rows, column: Column, mark: str) -> Iterator[Advice]:
    letters = Counter("".join(getattr(row, column).removesuffix(mark) for row in rows))
    capitals = sum(count for letter, count in letters.items() if letter.isalpha() and letter.isupper())
    small = sum(count for letter, count in letters.items() if letter.isalpha() and letter.islower())
    if capitals * 2 <= small:
        return

    def lowered(row: Row) -> Row:
        text: str = getattr(row, column)
        kept = mark if text.endswith(mark) else ""  # " END" must not become " end"
        return replace(row, **{column: text.removesuffix(kept).lower() + kept})

    rule = f"lower_case_{column}"
    yield note("warning", rule, f"more than a third of the letters in the {column}s are capitals")
    message = f"write all {column}s in small letters (names and acronyms too)"
    yield Remedy(rule, "optional", message, lambda rows: tuple(lowered(row) for row in rows))


def _with_space(rows: Rows) -> Rows:
    return tuple(
        row if row.completion.startswith(" ") else replace(row, completion=f" {row.completion}") for row in rows
    )


def _s(rows: Rows) -> str:
    return "" if len(rows) == 1 else "s"
