"""How much: tokens of an example, examples and bytes of a file.

Sources: OpenAI's guide "Supervised fine-tuning" (2025: at least 10 examples), API reference (openapi.json of 2026-08:
512 MB for the Files API, 8 GB for Uploads); lengths from `dataset/limits.toml`.
"""

from collections.abc import Iterator

from scripts.dataset.checks.example import Example, FileView
from scripts.dataset.checks.rules import Problem, example_check, file_check
from scripts.dataset.model_names import base_of

FEWEST_EXAMPLES = 10
FILES_API_BYTES = 512_000_000  # whether their MB are 1,000 or 1,024 KB is not said: the smaller is safe
UPLOADS_API_BYTES = 8_000_000_000
_TEXT_MODELS = ("davinci-002", "babbage-002")


@example_check("error", "chat", "completions", "dpo")
def too_long(example: Example) -> Iterator[Problem]:
    """The example has more tokens than the model is trained on at once: its end, the answer, would be cut off."""
    limit = example.known.limit
    if limit is not None and example.length.total.tokens > limit.example_tokens:
        most = f"{limit.example_tokens:,} tokens, the most for {example.known.model}"
        yield Problem(f"longer than {most}: the end would be cut off", "drop the oldest turns, or split the example")


@file_check("error")
def too_few_examples(file: FileView) -> Iterator[Problem]:
    """The file to train on, the first not called validation, valid or test, holds under 10 examples: OpenAI refuses."""
    if file.is_trained_on and file.examples < FEWEST_EXAMPLES:
        yield Problem(
            f"{file.examples} examples; OpenAI asks for {FEWEST_EXAMPLES} or more", "add examples; 50 is a start"
        )


@file_check("warning")
def over_512_mb(file: FileView) -> Iterator[Problem]:
    """The file is over 512 MB, which the Files API refuses."""
    if FILES_API_BYTES < file.size <= UPLOADS_API_BYTES:
        yield Problem("over 512 MB, the most for the Files API", "send it in parts with the Uploads API, or split it")


@file_check("error")
def over_8_gb(file: FileView) -> Iterator[Problem]:
    """The file is over 8 GB, which the Uploads API refuses too."""
    if file.size > UPLOADS_API_BYTES:
        yield Problem("over 8 GB, the most for the Uploads API", "split it")


@file_check("error")
def wrong_model(file: FileView) -> Iterator[Problem]:
    """The model does not learn from this format: davinci-002 and babbage-002 take prompt/completion, gpt chat."""
    base = base_of(file.known.model)
    if file.format == "completions" and base.startswith("gpt-"):
        yield Problem(f"{base} learns from chat lines", "build the dataset as chat, or name davinci-002")
    elif file.format != "completions" and base in _TEXT_MODELS:
        yield Problem(f"{base} learns from prompts and completions", "name a chat model, such as gpt-4o-mini")
