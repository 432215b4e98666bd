"""The preference format (DPO): one conversation that ends with the user, a better answer and a worse one.

Source: OpenAI's guide "Direct preference optimization" (2025): input, preferred_output, non_preferred_output; each
output is one assistant message. (The API specification of 2025-05 still calls them preferred_completion.)
"""

import json
from collections.abc import Iterator

from scripts.dataset.checks.example import OUTPUTS, Example
from scripts.dataset.checks.rules import Problem, example_check

_SHAPE = '[{"role": "assistant", "content": ...}]'


@example_check("error", "dpo")
def missing_input(example: Example) -> Iterator[Problem]:
    """The line has no input, or one that is no object."""
    if not isinstance(example.value.get("input"), dict):
        yield Problem("input is missing or no object", 'write "input": {"messages": [...]}')


@example_check("error", "dpo")
def bad_output(example: Example) -> Iterator[Problem]:
    """An output is missing, or is not a list of exactly one assistant message."""
    for key, output in zip(OUTPUTS, example.outputs, strict=True):
        value = example.value.get(key)
        if not isinstance(value, list) or len(value) != 1 or len(output) != 1:
            yield Problem(f"{key} is not a list of one message", f'write "{key}": {_SHAPE}', key)
        elif output[0].role != "assistant":
            yield Problem(f"{key} is not the assistant's", f'write "{key}": {_SHAPE}', key)


@example_check("error", "dpo")
def same_outputs(example: Example) -> Iterator[Problem]:
    """Both outputs are the same, so neither is preferred."""
    better, worse = (example.value.get(key) for key in OUTPUTS)
    if better is not None and json.dumps(better, sort_keys=True) == json.dumps(worse, sort_keys=True):
        yield Problem("both outputs are the same", "delete the line, or write a worse answer")


@example_check("error", "dpo")
def input_not_asking(example: Example) -> Iterator[Problem]:
    """The input does not end with the user (or with a tool's answer)."""
    if example.turns and example.turns[-1].role not in ("user", "tool", "function"):
        yield Problem(
            "the input does not end with the user", "move the answers into the outputs", example.turns[-1].place
        )
