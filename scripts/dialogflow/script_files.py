"""Conversations on file: what is said, and what is expected of the answers. YAML, one conversation a file.

channel: es
language: en
origin: facebook
turns:
  - event: WELCOME
    expect: { contains: AI, within_s: 1 }
  - say: I had a rough day
    expect:
      lacks: [doctor, diagnosis]
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from scripts.dialogflow.types import Origin, Query


class BadScript(Exception):
    """A script cannot be played; the message lists every reason with file:line."""


def _listed(value: object) -> object:
    """Let one text stand for a list of one."""
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Strict):
    """What must be true of an answer. Texts are looked for in all that is shown, whatever the case of letters.

    `contains` and `suggests` want each of theirs, `contains_any` one of them, `lacks` none. `matches` are regular
    expressions. `source` is compared only where the answer names one. Times are seconds that the person waited.
    """

    contains: Texts = ()
    contains_any: Texts = ()
    lacks: Texts = ()
    matches: Texts = ()
    suggests: Texts = ()
    source: str = ""
    within_s: Annotated[float, Field(gt=0)] | None = None
    follow_ups: Annotated[int, Field(ge=0, le=3)] | None = None
    ends: bool | None = None

    @field_validator("matches")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"no regular expression: {error}") from None
        return patterns


class ScriptedTurn(_Strict):
    """One thing that the person does: exactly one of `say`, `event` and `press`."""

    say: str | None = None
    event: str | None = None
    press: str | None = None
    intent: str = ""
    tag: str = ""
    language: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    expect: Expectation = Expectation()

    @model_validator(mode="after")
    def _one_thing(self) -> "ScriptedTurn":
        if sum(value is not None for value in (self.say, self.event, self.press)) != 1:
            raise ValueError("a turn has exactly one of say, event and press")
        return self

    @property
    def query(self) -> Query:
        """The turn as a query."""
        kind: Literal["text", "event", "keys"] = "text" if self.say is not None else "keys"
        kind = "event" if self.event is not None else kind
        value = next(value for value in (self.say, self.event, self.press) if value is not None)
        return Query(kind, value, self.parameters, self.intent, self.tag, self.language)


class Script(_Strict):
    """A conversation. What it leaves out is as the command line says."""

    channel: Literal["es", "cx"] | None = None
    language: str | None = None
    origin: Origin | None = None
    tag: str | None = None
    intent: str | None = None
    caller: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    turns: tuple[ScriptedTurn, ...]

    @field_validator("turns")
    @classmethod
    def _some(cls, turns: tuple[ScriptedTurn, ...]) -> tuple[ScriptedTurn, ...]:
        if not turns:
            raise ValueError("a conversation has at least one turn")
        return turns


def read_script(path: Path) -> Script:
    """Return the conversation of a file. Raises BadScript with every problem and its line."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise BadScript(f"{path}: not UTF-8; save it again in that encoding") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadScript(f"{path}:{line}: not YAML: {error.problem}") from None
    if not isinstance(content, dict):
        raise BadScript(f"{path}:1: expected `turns:` and under it a list of turns")
    try:
        return Script.model_validate(content)
    except ValidationError as error:
        raise BadScript("\n".join(_problems(path, root, error))) from None


def _problems(path: Path, root: yaml.Node | None, error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(step) for step in problem["loc"])
        said = str(problem["msg"]).removeprefix("Value error, ")
        said = "this key is not known" if problem["type"] == "extra_forbidden" else said
        lines.append(f"{path}:{_line(root, problem['loc'])}: {name}: {said}")
    return lines


def _line(node: yaml.Node | None, steps: Sequence[int | str]) -> int:
    """Return the line of the place that pydantic names, or of the nearest one above it."""
    line = node.start_mark.line + 1 if node else 1
    if not steps:
        return line
    inner: yaml.Node | None = None
    if isinstance(node, yaml.MappingNode):
        inner = next((value for key, value in node.value if key.value == steps[0]), None)
    elif isinstance(node, yaml.SequenceNode) and isinstance(steps[0], int):
        inner = node.value[steps[0]]
    return _line(inner, steps[1:]) if inner else line
