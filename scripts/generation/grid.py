"""GRID.toml: a prompt template, the lists of values that fill it, and how the model is to be asked. Checked at once.

prompt = "Describe a superhero: {age} years old, {gender}, whose power is: {power}."
sub_prompt = "{age}, {gender}, {power}"
n = 3
max_tokens = 160
[grid]
age = [12, 34]
gender = ["woman", "man"]
power = ["talks to storms"]
"""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import chain, product
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator


class BadGrid(Exception):
    """The grid file cannot be used; the message lists everything that is wrong, a line each."""


def _as_text(value: object) -> object:
    """Let numbers stand for their digits; true and false are no value that a prompt could hold."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, Field(min_length=1)]
Value = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Values = Annotated[tuple[Value, ...], Field(min_length=1)]
Penalty = Annotated[float, Field(ge=-2, le=2)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Table):
    """What the columns of the CSV are called, beside those named after the grid's lists."""

    prompt: Text = "prompt"
    sub_prompt: Text = "sub_prompt"
    response: Text = "response_txt"
    finish_reason: Text = "finish_reason"


class Sampling(_Table):
    """What is sent along with each prompt; limits as in OpenAI's API reference (2026-08).

    With a `seed`, answer number i of a prompt is asked for with seed + i: the same seed would bring the same answer.
    """

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    max_tokens: Annotated[int, Field(ge=1, le=100_000)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=100_000)] | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
    stop: Annotated[tuple[Text, ...], Field(max_length=4)] | None = None
    seed: int | None = None


class Grid(Sampling):
    """The file. `n` answers are asked for each combination; `sub_prompt` is what the tuned model will be asked with."""

    prompt: Text
    sub_prompt: str = ""
    system: Text | None = None
    n: Annotated[int, Field(ge=1, le=10_000)] = 1
    model: Text | None = None
    columns: Columns = Columns()
    grid: Annotated[Mapping[str, Values], Field(min_length=1)]

    @property
    def most_tokens(self) -> int:
        """How long an answer can get, in tokens."""
        return self.max_tokens or self.max_completion_tokens or 0

    @property
    def size(self) -> int:
        """How many answers the grid asks for."""
        combinations = 1
        for values in self.grid.values():
            combinations *= len(values)
        return combinations * self.n

    def combinations(self) -> Iterator[Mapping[str, str]]:
        """Yield each combination of values; the last list of the file turns fastest."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))

    def short_template(self) -> str:
        """Return the template of the short prompt: the file's, else the values, separated by commas."""
        return self.sub_prompt or ", ".join(f"{{{name}}}" for name in self.grid)

    @model_validator(mode="after")
    def _check_whole(self) -> "Grid":
        problems = [
            *self._limit_problems(),
            *self._list_problems(),
            *self._column_problems(),
            *chain.from_iterable(self._template_problems(key) for key in ("prompt", "sub_prompt", "system")),
        ]
        problems = problems or list(self._unused_lists())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _limit_problems(self) -> Iterator[str]:
        if bool(self.max_tokens) == bool(self.max_completion_tokens):
            yield "max_tokens: give it, or max_completion_tokens for models that want that name, and not both"

    def _list_problems(self) -> Iterator[str]:
        for name, values in self.grid.items():
            if not name.isidentifier():
                yield f'grid."{name}": a list\'s name has letters, digits and _ only, so that {{name}} can stand for it'
            twice = [value for value in dict.fromkeys(values) if values.count(value) > 1]
            if twice:
                yield f'grid.{name}: "{twice[0]}" stands there twice; n asks for more answers to the same prompt'

    def _column_problems(self) -> Iterator[str]:
        names = [*self.grid, *self.columns.model_dump().values()]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield f'two columns of the CSV would be called "{name}"; rename the list, or the column under [columns]'

    def _template_problems(self, key: str) -> Iterator[str]:
        try:
            fields = list(Formatter().parse(getattr(self, key) or ""))
        except ValueError as error:
            yield f"{key}: {error}; write {{{{ and }}}} for braces that are meant as such"
            return
        for _, name, form, conversion in fields:
            if form or conversion:
                yield f"{key}: {{{name}}} takes no : or ! behind its name"
            elif name is not None and name not in self.grid:
                yield f"{key}: {{{name}}} is no list of [grid]{_nearest(name, self.grid)}"

    def _unused_lists(self) -> Iterator[str]:
        used = {name for _, name, _, _ in Formatter().parse(self.prompt)}
        for name in self.grid:
            if name not in used:
                yield f"grid.{name}: prompt has no {{{name}}}, so the same prompt would be paid again for each value"


def read_grid(path: Path) -> Grid:
    """Return the grid of a file (UTF-8 TOML). Raises BadGrid with everything that is wrong at once."""
    try:
        return Grid.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadGrid(f"{path}: cannot be read as TOML: {error}") from error
    except ValidationError as error:
        problems = [line for problem in error.errors(include_url=False) for line in _explain(problem).splitlines()]
        raise BadGrid("\n".join(f"{path}: {problem}" for problem in problems)) from None


def _explain(problem: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    match problem["type"]:
        case "extra_forbidden":
            known = Columns.model_fields if where.startswith("columns.") else Grid.model_fields
            return f'key "{where}" is not known{_nearest(str(problem["loc"][-1]), known)}'
        case "missing":
            return f'key "{where}" is missing'
        case "tuple_type" if where.startswith("grid."):
            return f"{where}: expected a list of texts or numbers; keys of the file itself stand above [grid]"
        case _:
            message = str(problem["msg"]).removeprefix("Value error, ")
            return f"{where}: {message}" if where else message


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    return f'; did you mean "{near[0]}"?' if near else f"; known are {', '.join(known)}"
