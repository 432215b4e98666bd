"""Who speaks when: the order of a conversation that a model can learn from.

Sources: OpenAI's guide "Supervised fine-tuning" (2025), and its cookbook's "Data preparation and analysis for chat
model fine-tuning" (2023), whose error name stands in brackets.
"""

from collections.abc import Iterator

from scripts.dataset.checks.example import Example
from scripts.dataset.checks.messages import text_of
from scripts.dataset.checks.rules import Problem, example_check

_FIRST = ("system", "developer")
_LONG_ANSWER = 300  # characters; short replies end without a full stop all the time
_UNFINISHED = (",", ";", ":", "-", "–")


@example_check("error", "chat", "dpo")
def late_system(example: Example) -> Iterator[Problem]:
    """A system or developer message stands after the conversation began."""
    has_begun = False
    for placed in example.turns:
        if has_begun and placed.role in _FIRST:
            yield Problem("instructions stand in the middle", "move them to the front", placed.place)
        has_begun = has_begun or placed.role not in _FIRST


@example_check("error", "chat", "dpo")
def no_user_turn(example: Example) -> Iterator[Problem]:
    """Nobody asks: the example has no user message."""
    if example.turns and not example.of_role("user"):
        yield Problem("there is no user message", "add what the user said, or delete the line")


@example_check("error", "chat")
def no_assistant_turn(example: Example) -> Iterator[Problem]:
    """Nobody answers: the example has no assistant message [example_missing_assistant_message]."""
    if example.turns and not example.of_role("assistant"):
        yield Problem("there is no assistant message", "add the answer, or delete the line")


@example_check("error", "chat")
def last_not_assistant(example: Example) -> Iterator[Problem]:
    """The last message is not the assistant's, so there is nothing to learn from the end."""
    if example.of_role("assistant") and example.turns[-1].role != "assistant":
        yield Problem("the last message is not the assistant's", "add the answer, or delete what follows the last one")


@example_check("warning", "chat", "dpo")
def same_role_twice(example: Example) -> Iterator[Problem]:
    """Two users or two assistants speak in a row, which the webhook never sends."""
    for before, after in zip(example.turns, example.turns[1:], strict=False):
        if before.role == after.role and before.role in ("user", "assistant"):
            yield Problem(f"two {before.role} messages in a row", "join them, or add what is missing", after.place)


@example_check("warning", "chat", "dpo")
def maybe_cut(example: Example) -> Iterator[Problem]:
    """A long answer ends in the middle of a sentence: the model that wrote it may have been cut off."""
    for placed in example.messages:
        text = text_of(placed.message.get("content")).rstrip()
        is_unfinished = text.endswith(_UNFINISHED) or text[-1:].islower()
        if placed.role == "assistant" and len(text) > _LONG_ANSWER and is_unfinished:
            yield Problem(
                "the answer ends without an end", "look whether it was cut (finish_reason length)", placed.place
            )
