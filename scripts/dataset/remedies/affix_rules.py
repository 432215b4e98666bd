"""Rules on how texts begin and end: a separator after prompts, an end mark after completions, needless prefixes."""

import json
from collections.abc import Iterator
from dataclasses import replace

from scripts.dataset.marks import (
    choose_ending,
    choose_separator,
    common_suffix,
    find_marks,
    removable_prefix,
)
from scripts.dataset.remedies.types import Advice, Refused, Remedy, Rows, lines_of, note, task_of

_LONG_PROMPT_PREFIX = 13  # characters from which an instruction before every prompt is worth removing
_LONG_COMPLETION_PREFIX = 5

_FORCE = "run with --force-marks to add one"


def common_prompt_suffix(rows: Rows, *, force_marks: bool = False) -> Iterator[Advice]:
    """End prompts with a separator, unless they already end alike. Raises Refused when they all are one and the same.

    With `force_marks`, prompts that end alike only by chance get one too.
    """
    if task_of(rows) == "open-ended generation":
        return
    prompts = [row.prompt for row in rows]
    _refuse_identical(prompts, "prompts", "leave them empty for open-ended generation, or make them differ")
    mark = find_marks(prompts, ()).separator
    suffix = common_suffix(prompts) if len(prompts) > 1 else mark
    if mark:
        yield note("info", "common_prompt_suffix", f"all prompts end with the separator {show(mark)}")
    elif suffix and not force_marks:
        yield note("warning", "common_prompt_suffix", _no_mark("prompt", suffix, "separator"), _FORCE)
    else:
        added = choose_separator(prompts)
        yield Remedy(
            "common_prompt_suffix",
            "optional",
            f"end every prompt with the separator {show(added)}",
            lambda rows: tuple(replace(row, prompt=row.prompt + added) for row in rows),
        )


def common_prompt_prefix(rows: Rows) -> Iterator[Advice]:
    """Take away a long beginning that all prompts share: a tuned model needs no instruction repeated."""
    prefix = removable_prefix([row.prompt for row in rows])
    if not prefix:
        return
    yield note("info", "common_prompt_prefix", f"all prompts begin with {show(prefix)}")
    if len(prefix) >= _LONG_PROMPT_PREFIX:
        yield from _left_empty(tuple(row for row in rows if row.prompt == prefix), "common_prompt_prefix")
        yield Remedy(
            "common_prompt_prefix",
            "optional",
            f"take {show(prefix)} from the beginning of every prompt",
            lambda rows: tuple(replace(row, prompt=row.prompt[len(prefix) :]) for row in rows),
        )


def common_completion_prefix(rows: Rows) -> Iterator[Advice]:
    """Take away a beginning that all completions share, all but one space."""
    prefix = removable_prefix([row.completion for row in rows])
    if len(prefix) < _LONG_COMPLETION_PREFIX:
        return
    kept = " " if prefix.startswith(" ") else ""
    yield from _left_empty(tuple(row for row in rows if row.completion == prefix), "common_completion_prefix")
    yield Remedy(
        "common_completion_prefix",
        "optional",
        f"take {show(prefix)} from the beginning of every completion",
        lambda rows: tuple(replace(row, completion=kept + row.completion[len(prefix) :]) for row in rows),
    )


def common_completion_suffix(rows: Rows, *, force_marks: bool = False) -> Iterator[Advice]:
    """End completions with a mark, unless they already end alike or are labels. Raises Refused when all are the same.

    With `force_marks`, labels and completions that end alike only by chance get one too.
    """
    task = task_of(rows)
    if task == "open-ended generation" or (task == "classification" and not force_marks):
        return
    completions = [row.completion for row in rows]
    _refuse_identical(completions, "completions", "make them differ, or the model will only repeat this one")
    mark = find_marks((), completions).ending
    suffix = common_suffix(completions) if len(completions) > 1 else mark
    if mark:
        yield note("info", "common_completion_suffix", f"all completions end with the mark {show(mark)}")
    elif suffix and not force_marks:
        yield note("warning", "common_completion_suffix", _no_mark("completion", suffix, "end mark"), _FORCE)
    else:
        added = choose_ending(completions)
        yield Remedy(
            "common_completion_suffix",
            "optional",
            f"end every completion with the mark {show(added)}",
            lambda rows: tuple(replace(row, completion=row.completion + added) for row in rows),
        )


def show(text: str) -> str:
    """Return a text in quotes on one line, its line ends written out."""
    return json.dumps(text, ensure_ascii=False)


def _no_mark(what: str, suffix: str, mark: str) -> str:
    return f"all {what}s end with {show(suffix[-40:])}, no {mark}: it says something, or stands inside a {what} too"


def _left_empty(rows: Rows, rule: str) -> Iterator[Advice]:
    if rows:
        fix = f"drop what has no words of its own, or run with --skip {rule}"
        yield note("warning", rule, f"nothing would be left of {lines_of(rows)}", fix)


def _refuse_identical(texts: list[str], what: str, fix: str) -> None:
    if len(texts) > 1 and len(set(texts)) == 1:
        raise Refused(f"all {what} are the same: {show(texts[0][:80])}; {fix}")
