"""Keys and shapes: what a line and its messages may hold, in the chat and DPO formats, and which keys in all three.

Sources: OpenAI's API reference ("Fine-tuning: training format for chat / preference", openapi.json of 2026-08) and the
cookbook's "Data preparation and analysis for chat model fine-tuning" (2023), whose error names stand in brackets.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.dataset.checks.example import OUTPUTS, Example
from scripts.dataset.checks.rules import Problem, did_you_mean, example_check, kind_of, quoted

_HOME_KEYS = frozenset({"messages", "tools", "parallel_tool_calls"})
_LINE_KEYS = {
    "chat": _HOME_KEYS | {"functions"},
    "completions": frozenset({"prompt", "completion"}),
    "dpo": frozenset({"input", *OUTPUTS}),
}
_FORMER_NAMES = {
    "preferred_completion": OUTPUTS[0],
    "non_preferred_completion": OUTPUTS[1],
    "rejected_output": OUTPUTS[1],
}

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_COMMON = frozenset({"role", "content", "name", "weight"})  # weight: see weight_on_other_role
_MESSAGE_KEYS: Mapping[Any, frozenset[str]] = {
    "assistant": _COMMON | {"tool_calls", "function_call", "refusal", "audio"},
    "tool": _COMMON | {"tool_call_id"},
}
_NAME = re.compile(r"[^\s<|\\/>]{1,64}")


@example_check("error", "chat", "dpo", "completions")
def unknown_key(example: Example) -> Iterator[Problem]:
    """The line holds a key that its format does not know."""
    allowed = _LINE_KEYS[example.format]
    for key in _others(example.value, allowed):
        yield _unknown(key, allowed, "")
    if example.format == "dpo":
        for key in _others(example.home, _HOME_KEYS):
            yield _unknown(key, _HOME_KEYS, "input")


@example_check("error", "chat", "dpo")
def missing_messages(example: Example) -> Iterator[Problem]:
    """The line has no list of messages, or an empty one [missing_messages_list]."""
    messages = example.home.get("messages")
    has_home = example.format == "chat" or isinstance(example.value.get("input"), Mapping)
    if has_home and (not isinstance(messages, list) or not messages):
        found = "is missing" if "messages" not in example.home else "is empty" if messages == [] else "is no list"
        yield Problem(f"messages {found}", 'write "messages": [{"role": ..., "content": ...}, ...]')


@example_check("error", "chat", "dpo")
def not_a_message(example: Example) -> Iterator[Problem]:
    """An entry of messages is no object [data_type]."""
    messages = example.home.get("messages")
    for index, entry in enumerate(messages if isinstance(messages, list) else []):
        if not isinstance(entry, Mapping):
            place = f"{example.home_place}messages[{index}]"
            yield Problem(f"a message is {kind_of(entry)}", 'write {"role": ..., "content": ...}', place)


@example_check("error", "chat", "dpo")
def missing_role(example: Example) -> Iterator[Problem]:
    """A message has no role [message_missing_key]."""
    for placed in example.messages:
        if "role" not in placed.message:
            yield Problem("a message has no role", f"add one of {', '.join(ROLES[:5])}", placed.place)


@example_check("error", "chat", "dpo")
def unknown_role(example: Example) -> Iterator[Problem]:
    """A role is none that the format knows [unrecognized_role]."""
    for placed in example.messages:
        if "role" in placed.message and placed.role not in ROLES:
            yield Problem(f"the role is {quoted(placed.role)}", did_you_mean(placed.role, ROLES[:5]), placed.place)


@example_check("warning", "chat", "dpo")
def deprecated_function(example: Example) -> Iterator[Problem]:
    """Functions are the former shape of tools: the role function, function_call, functions."""
    fix = "write tools, tool_calls and the role tool"
    for placed in example.messages:
        if placed.role == "function" or placed.message.get("function_call") is not None:
            yield Problem("functions are deprecated", fix, placed.place)
    if "functions" in example.home:
        yield Problem("functions are deprecated", fix, "functions")


@example_check("error", "chat", "dpo")
def unknown_message_key(example: Example) -> Iterator[Problem]:
    """A message holds a key that its role does not know [message_unrecognized_key]."""
    for placed in example.messages:
        allowed = _MESSAGE_KEYS.get(_hashable(placed.role), _COMMON)
        for key in _others(placed.message, allowed):
            yield _unknown(key, allowed, placed.place)


@example_check("error", "chat", "dpo")
def bad_name(example: Example) -> Iterator[Problem]:
    """A message's name is no text of 1 to 64 characters without spaces and <|\\/>."""
    for placed in example.messages:
        name = placed.message.get("name", "x")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield Problem(r"the name is not 1 to 64 characters without spaces and <|\/>", "shorten it", placed.place)


@example_check("error", "chat", "dpo")
def bad_weight(example: Example) -> Iterator[Problem]:
    """A weight is neither 0 (not trained on) nor 1."""
    for placed in example.messages:
        weight = placed.message.get("weight", 0)
        if type(weight) is not int or weight not in (0, 1):
            yield Problem(f"the weight is {kind_of(weight)} other than 0 and 1", "write 0 or 1", placed.place)


@example_check("error", "chat", "dpo")
def weight_on_other_role(example: Example) -> Iterator[Problem]:
    """A message that is not the assistant's has a weight."""
    for placed in example.messages:
        if "weight" in placed.message and placed.role != "assistant":
            yield Problem("only assistant messages are trained on", "delete the weight", placed.place)


@example_check("error", "chat")
def nothing_trained(example: Example) -> Iterator[Problem]:
    """Every assistant message has the weight 0, so the example teaches nothing."""
    weights = [placed.message.get("weight", 1) for placed in example.of_role("assistant")]
    if weights and all(weight == 0 for weight in weights):
        yield Problem("every assistant message has the weight 0", "give one the weight 1, or delete the line")


def _others(value: Mapping[str, Any], allowed: frozenset[str]) -> list[str]:
    return [key for key in value if key not in allowed]


def _unknown(key: str, allowed: frozenset[str], place: str) -> Problem:
    former = _FORMER_NAMES.get(key)
    advice = f'it is called "{former}" now' if former else did_you_mean(key, allowed)
    return Problem(f"the key {quoted(key)} is not known", f"{advice}; otherwise delete it", place)


def _hashable(role: Any) -> Any:
    return role if isinstance(role, str) else None
