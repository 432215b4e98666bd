"""The prompt/completion format: two texts, a separator between them, an end mark after, each where it belongs.

Source: OpenAI's guide "Legacy fine-tuning" (2023), data formatting; davinci-002 and babbage-002 still learn so.
"""

from collections.abc import Iterator

from scripts.dataset.checks.example import Example, FileView
from scripts.dataset.checks.rules import Problem, example_check, file_check, kind_of

_PREPARE = "python -m scripts.prepare_data FILE adds it"


@example_check("error", "completions")
def missing_text(example: Example) -> Iterator[Problem]:
    """The prompt or the completion is missing or no text."""
    for key in ("prompt", "completion"):
        if not isinstance(example.value.get(key), str):
            found = f"is {kind_of(example.value[key])}" if key in example.value else "is missing"
            yield Problem(f"{key} {found}", f'write "{key}": "..."')


@example_check("error", "completions")
def empty_completion(example: Example) -> Iterator[Problem]:
    """The completion is empty, or only spaces and the end mark."""
    completion = example.value.get("completion")
    if isinstance(completion, str) and not completion.removesuffix(example.known.marks.end).strip():
        yield Problem("the completion is empty", "write what the model should say, or delete the line")


@example_check("warning", "completions")
def empty_prompt(example: Example) -> Iterator[Problem]:
    """The prompt is empty while others are not."""
    if isinstance(example.value.get("prompt"), str) and not example.prompt.strip() and not example.known.marks.is_open:
        yield Problem("the prompt is empty while others are not", "write the prompt, or delete the line")


@example_check("warning", "completions")
def no_separator_here(example: Example) -> Iterator[Problem]:
    """The prompt does not end with the separator that the others end with."""
    separator = example.known.marks.separator
    if separator and example.prompt and not example.prompt.endswith(separator):
        yield Problem("the prompt does not end with the separator", _PREPARE)


@example_check("warning", "completions")
def separator_inside(example: Example) -> Iterator[Problem]:
    """The separator also stands inside the prompt, so the model cannot tell where its answer begins."""
    separator = example.known.marks.separator
    if separator.strip() and example.prompt and separator in example.prompt.removesuffix(separator):
        yield Problem("the separator also stands inside the prompt", "choose a separator that no prompt holds")


@example_check("warning", "completions")
def no_end_here(example: Example) -> Iterator[Problem]:
    """The completion does not end with the end mark that the others end with."""
    end = example.known.marks.end
    if end and example.completion and not example.completion.endswith(end):
        yield Problem("the completion does not end with the end mark", _PREPARE)


@example_check("warning", "completions")
def end_inside(example: Example) -> Iterator[Problem]:
    """The end mark also stands inside the completion, where it would cut the answer."""
    end = example.known.marks.end
    if end and example.completion and end in example.completion.removesuffix(end):
        yield Problem("the end mark also stands inside the completion", "choose an end mark that no answer holds")


@example_check("warning", "completions")
def no_leading_space(example: Example) -> Iterator[Problem]:
    """The completion does not begin with a space, as most words do for the model."""
    if example.completion and not example.completion[0].isspace():
        yield Problem("the completion does not begin with a space", _PREPARE)


@file_check("warning")
def no_separator(file: FileView) -> Iterator[Problem]:
    """The prompts of the file have no ending in common, so nothing tells the model that they are over."""
    marks = file.known.marks
    if file.format == "completions" and not marks.separator and not marks.is_open:
        yield Problem("the prompts have no separator in common", _PREPARE)


@file_check("warning")
def no_end_mark(file: FileView) -> Iterator[Problem]:
    """The completions of the file have no ending in common, so nothing tells the model when to stop."""
    marks = file.known.marks
    if file.format == "completions" and not marks.end and not marks.is_open and not marks.is_classification:
        yield Problem("the completions have no end mark in common", _PREPARE)
