"""The tools that a line offers: their shape, their names, and that their parameters are a JSON Schema.

Source: OpenAI's API reference, FunctionObject (openapi.json of 2026-08).
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from scripts.dataset.checks.example import Example
from scripts.dataset.checks.rules import Problem, example_check, kind_of

_MOST_TOOLS = 128
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SHAPE = 'write {"type": "function", "function": {"name": ..., "parameters": {"type": "object", ...}}}'


@example_check("error", "chat", "dpo")
def bad_tools(example: Example) -> Iterator[Problem]:
    """tools (or functions) is no list of at most 128 definitions with names of their own."""
    for key in ("tools", "functions"):
        tools = example.home.get(key, [])
        place = f"{example.home_place}{key}"
        if not isinstance(tools, list):
            yield Problem(f"{key} is {kind_of(tools)}", "write a list", place)
        elif len(tools) > _MOST_TOOLS:
            yield Problem(f"{key} holds more than {_MOST_TOOLS}", "leave out what is never called", place)
        elif _has_twins(tools):
            yield Problem("two tools have the same name", "keep one, or rename it", place)


@example_check("error", "chat", "dpo")
def bad_tool_definition(example: Example) -> Iterator[Problem]:
    """A tool's definition has a wrong shape or name, or its parameters are no JSON Schema of an object."""
    for key in ("tools", "functions"):
        tools = example.home.get(key)
        for index, tool in enumerate(tools if isinstance(tools, list) else []):
            if fault := _fault_of_tool(json.dumps(tool), is_function=key == "functions"):
                yield Problem(fault, _SHAPE, f"{example.home_place}{key}[{index}]")


@example_check("error", "chat", "dpo")
def bad_parallel_tool_calls(example: Example) -> Iterator[Problem]:
    """parallel_tool_calls is neither true nor false."""
    value = example.home.get("parallel_tool_calls", True)
    if not isinstance(value, bool):
        yield Problem(f"parallel_tool_calls is {kind_of(value)}", "write true or false", example.home_place.rstrip("."))


def _has_twins(tools: list[Any]) -> bool:
    objects = [tool.get("function", tool) for tool in tools if isinstance(tool, Mapping)]
    names = [function.get("name") for function in objects if isinstance(function, Mapping)]
    texts = [name for name in names if isinstance(name, str)]
    return len(set(texts)) < len(texts)


@lru_cache(maxsize=1024)  # the same tools stand in every line of a file
def _fault_of_tool(written: str, *, is_function: bool) -> str:
    tool = json.loads(written)
    if not isinstance(tool, dict):
        return f"a tool is {kind_of(tool)}"
    if is_function:
        return _fault_of_function(tool)
    if tool.get("type") != "function":
        return 'a tool has no type "function"'
    return _fault_of_function(tool.get("function"))


def _fault_of_function(function: Any) -> str:
    if not isinstance(function, dict):
        return f"a tool's function is {kind_of(function)}"
    name = function.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "a tool's name is not 1 to 64 of a-z A-Z 0-9 _ -"
    if not isinstance(function.get("description", ""), str):
        return "a tool's description is no text"
    if not isinstance(function.get("strict"), bool | None):
        return "a tool's strict is neither true nor false"
    return _fault_of_parameters(function.get("parameters", {"type": "object"}))


def _fault_of_parameters(parameters: Any) -> str:
    if not isinstance(parameters, dict):
        return f"a tool's parameters are {kind_of(parameters)}"
    if parameters.get("type", "object") != "object":
        return 'a tool\'s parameters are not of the type "object"'
    try:
        Draft202012Validator.check_schema(parameters)
    except SchemaError as error:
        place = ".".join(str(part) for part in error.absolute_path if part in _KEYWORDS or isinstance(part, int))
        return f"a tool's parameters are no JSON Schema{f' (at {place})' if place else ''}"
    except RecursionError:
        return "a tool's parameters are nested too deep"
    return ""


_KEYWORDS = frozenset({"type", "properties", "required", "items", "enum", "anyOf", "oneOf", "allOf", "description"})
