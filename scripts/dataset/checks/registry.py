"""All checks. A new one is one function under `@example_check` or `@file_check` in a room named here, nothing more."""

from collections.abc import Mapping
from types import ModuleType

from scripts.dataset.checks import (
    completions,
    content,
    dpo,
    reading,
    size,
    structure,
    tool_calls,
    tool_definitions,
    turns,
    whole,
)
from scripts.dataset.checks.rules import ExampleCheck, FileCheck, Rule

_ROOMS: tuple[ModuleType, ...] = (
    *(reading, whole, structure, content, turns, tool_calls, tool_definitions, completions, dpo, size),
)


def _rules() -> tuple[Rule, ...]:
    return tuple(rule for room in _ROOMS for rule in vars(room).values() if isinstance(rule, Rule))


CHECKS: Mapping[str, Rule] = {rule.name: rule for rule in _rules()}
"""Every check by its name, in the order in which they look."""

EXAMPLE_CHECKS: tuple[ExampleCheck, ...] = tuple(rule for rule in CHECKS.values() if isinstance(rule, ExampleCheck))
FILE_CHECKS: tuple[FileCheck, ...] = tuple(rule for rule in CHECKS.values() if isinstance(rule, FileCheck))
