"""Tool calls and their answers: each call well made, answered where the conversation goes on, and asked for before.

Source: OpenAI's API reference, chat completion messages (openapi.json of 2026-08). A call that ends the example needs
no answer: making it is what is learnt.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from scripts.dataset.checks.example import Example
from scripts.dataset.checks.messages import Placed
from scripts.dataset.checks.rules import Problem, example_check, kind_of, quoted

_SHAPE = '{"id": ..., "type": "function", "function": {"name": ..., "arguments": "{...}"}}'


@example_check("error", "chat", "dpo")
def bad_tool_call(example: Example) -> Iterator[Problem]:
    """A tool call (or function_call) lacks its id, type, name, or has them in a wrong shape."""
    for placed in example.messages:
        calls = placed.message.get("tool_calls", ())
        if not isinstance(calls, list | tuple) or calls == []:
            yield Problem(
                f"tool_calls is {'empty' if calls == [] else kind_of(calls)}", f"write [{_SHAPE}]", placed.place
            )
            continue
        for index, call in enumerate(calls):
            if fault := _fault_of_call(call):
                yield Problem(f"a tool call {fault}", f"write {_SHAPE}", f"{placed.place}.tool_calls[{index}]")
        if fault := _fault_of_function(placed.message.get("function_call")):
            yield Problem(f"function_call {fault}", 'write {"name": ..., "arguments": "{...}"}', placed.place)


@example_check("error", "chat", "dpo")
def bad_arguments(example: Example) -> Iterator[Problem]:
    """The arguments of a call are not an object of JSON written as a text."""
    for placed in example.messages:
        for function in _called(placed):
            arguments = function.get("arguments")
            if isinstance(arguments, str) and not _is_object(arguments):
                yield Problem("the arguments are no JSON object", r'write them as "{\"key\": ...}"', placed.place)


@example_check("error", "chat", "dpo")
def repeated_call_id(example: Example) -> Iterator[Problem]:
    """Two calls of one message have the same id."""
    for placed in example.messages:
        ids = _ids(placed)
        if len(set(ids)) < len(ids):
            yield Problem("two calls have the same id", "give each call its own", placed.place)


@example_check("error", "chat", "dpo")
def unasked_tool_answer(example: Example) -> Iterator[Problem]:
    """A tool message answers no call that was made just before it."""
    open_ids: set[str] = set()
    for placed in example.turns:
        if placed.role != "tool":
            open_ids = set(_ids(placed))
            continue
        answered = placed.message.get("tool_call_id")
        if not isinstance(answered, str):
            yield Problem("a tool message has no tool_call_id", "write the id of the call it answers", placed.place)
        elif answered not in open_ids:
            fix = "write the id of a call in the assistant message before it"
            yield Problem("a tool message answers no open call", fix, placed.place)
        else:
            open_ids.remove(answered)


@example_check("error", "chat", "dpo")
def unanswered_call(example: Example) -> Iterator[Problem]:
    """The conversation goes on without the answer of a tool that was called."""
    for index, placed in enumerate(example.turns[:-1]):
        asked = set(_ids(placed))
        if asked and asked - _answered_from(example.turns, index + 1):
            fix = 'add {"role": "tool", "tool_call_id": ..., "content": ...} after it'
            yield Problem("a call has no answer", fix, placed.place)


@example_check("error", "chat", "dpo")
def undefined_tool(example: Example) -> Iterator[Problem]:
    """A tool is called that the line does not define in tools (functions)."""
    defined = {_name_of(tool.get("function")) for tool in _objects(example.home.get("tools"))}
    defined |= {_name_of(function) for function in _objects(example.home.get("functions"))}
    for placed in example.messages:
        for name in (function.get("name") for function in _called(placed)):
            if isinstance(name, str) and name not in defined:
                fix = 'add it to the line\'s "tools"'
                yield Problem(f"the tool {quoted(name)} is not defined", fix, placed.place)


def _fault_of_call(call: Any) -> str:
    if not isinstance(call, Mapping):
        return f"is {kind_of(call)}"
    if not isinstance(call.get("id"), str) or not call["id"]:
        return "has no id"
    if call.get("type") != "function":
        return f"has the type {quoted(call.get('type'))}"
    return _fault_of_function(call.get("function", {}))


def _fault_of_function(function: Any) -> str:
    if function is None:
        return ""
    if not isinstance(function, Mapping):
        return f"is {kind_of(function)}"
    if not isinstance(function.get("name"), str) or not function["name"]:
        return "has no function name"
    if not isinstance(function.get("arguments"), str):
        return "has no arguments written as a text"
    return ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _called(placed: Placed) -> list[Mapping[str, Any]]:
    functions = [call.get("function") for call in _objects(placed.message.get("tool_calls"))]
    return _objects([*functions, placed.message.get("function_call")])


def _ids(placed: Placed) -> list[str]:
    ids = [call.get("id") for call in _objects(placed.message.get("tool_calls"))]
    return [found for found in ids if isinstance(found, str)]


def _answered_from(turns: tuple[Placed, ...], start: int) -> set[str]:
    """Return the ids that the unbroken run of tool messages from `start` on answers."""
    following = (turns[index] for index in range(start, len(turns)))
    run = takewhile(lambda placed: placed.role == "tool", following)
    return {str(placed.message.get("tool_call_id")) for placed in run}


def _objects(values: Any) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _name_of(function: Any) -> Any:
    name = function.get("name") if isinstance(function, Mapping) else None
    return name if isinstance(name, str) else None
