"""One line of a training file as the checks see it: whatever its shape, the parts that can be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from scripts.dataset.checks.lengths import Length, count_chat, count_completion
from scripts.dataset.checks.marks import NO_MARKS, Marks
from scripts.dataset.checks.messages import Placed, place_messages, text_of
from scripts.dataset.limits import Limit

Format = Literal["chat", "completions", "dpo"]
FORMATS: tuple[Format, ...] = ("chat", "completions", "dpo")
OUTPUTS = ("preferred_output", "non_preferred_output")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the lines are checked: for which model, its limit, the marks that the file seems to use."""

    model: str
    limit: Limit | None = None
    marks: Marks = NO_MARKS


@dataclass(frozen=True, slots=True)
class Example:
    """One line. `turns` is the conversation; `outputs` the two answers of a DPO line, empty otherwise.

    `home` is what holds messages and tools: the line itself, or a DPO line's `input`. `home_place` is its place.
    """

    format: Format
    value: Mapping[str, Any]
    known: Known
    home: Mapping[str, Any]
    home_place: str
    turns: tuple[Placed, ...]
    outputs: tuple[tuple[Placed, ...], ...]
    length: Length

    @property
    def messages(self) -> tuple[Placed, ...]:
        """Every message of the line, those of the answers too."""
        return tuple(chain(self.turns, *self.outputs))

    @property
    def prompt(self) -> str:
        """The prompt of a completions line, empty when it is missing."""
        return text_of(self.value.get("prompt"))

    @property
    def completion(self) -> str:
        """The completion of a completions line, empty when it is missing."""
        return text_of(self.value.get("completion"))

    def of_role(self, role: str) -> list[Placed]:
        """Return the turns of a role, in order."""
        return [placed for placed in self.turns if placed.role == role]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file once its lines were read: `size` in bytes, `examples` is the number of lines in its format.

    `is_trained_on`: whether the model is to learn from it; the others are held against it.
    """

    format: Format
    size: int
    examples: int
    known: Known
    is_trained_on: bool = True


def read_example(format: Format, value: Mapping[str, Any], known: Known) -> Example:  # noqa: A002 - the field's word
    """Return a line as the checks see it. Nothing is raised, whatever the line holds."""
    is_dpo = format == "dpo"
    home = value.get("input") if is_dpo else value
    home = home if isinstance(home, Mapping) else {}
    place = "input." if is_dpo else ""
    turns = place_messages(home.get("messages"), f"{place}messages")
    outputs = tuple(place_messages(value.get(key), key) for key in OUTPUTS) if is_dpo else ()
    if format == "completions":
        length = count_completion(text_of(value.get("prompt")), text_of(value.get("completion")), known.model)
    else:
        tools = [home[key] for key in ("tools", "functions") if home.get(key)]
        length = count_chat(chain(turns, *outputs), tools, known.model)
    return Example(format, value, known, home, place, turns, outputs, length)


def format_of(value: Mapping[str, Any]) -> Format | None:
    """Return the format that a line's keys speak of, None when they speak of none."""
    if "messages" in value:
        return "chat"
    if "prompt" in value or "completion" in value:
        return "completions"
    return "dpo" if "input" in value or any(key in value for key in OUTPUTS) else None
