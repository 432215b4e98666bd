"""What is asked: each place of the grid as one request, under a key that is the same on every run and machine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.generation.grid import Grid, Sampling


@dataclass(frozen=True, slots=True)
class Call:
    """One answer that is wanted.

    `row` is its place in the grid, from 0. `key` is the SHA-256 of model, parameters, messages and of which of the n
    answers it is: whatever changes what is asked changes it, nothing else does. `body` is the request's JSON.
    """

    row: int
    values: tuple[str, ...]
    prompt: str
    sub_prompt: str
    key: str
    body: Mapping[str, Any]

    @property
    def where(self) -> str:
        """Which call it is, for people."""
        return f"row {self.row}"


def calls_of(grid: Grid, model: str) -> Iterator[Call]:
    """Yield the calls in the order of the grid; the n answers of one prompt follow each other."""
    for number, values in enumerate(grid.combinations()):
        prompt = grid.prompt.format_map(values)
        messages = _messages(grid, values, prompt)
        for index in range(grid.n):
            body = {"model": model, "messages": messages, **_parameters(grid, index)}
            sub_prompt = grid.short_template().format_map(values)
            yield Call(number * grid.n + index, tuple(values.values()), prompt, sub_prompt, key_of([body, index]), body)


def key_of(asked: object) -> str:
    """Return the SHA-256 of JSON in one spelling."""
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _messages(grid: Grid, values: Mapping[str, str], prompt: str) -> list[dict[str, str]]:
    system = [{"role": "system", "content": grid.system.format_map(values)}] if grid.system else []
    return [*system, {"role": "user", "content": prompt}]


def _parameters(grid: Grid, index: int) -> dict[str, Any]:
    parameters = grid.model_dump(include=set(Sampling.model_fields), exclude_none=True, mode="json")
    if grid.seed is not None:
        parameters["seed"] = grid.seed + index
    return parameters
