"""A persona: who answers, in which words, with which model and settings. Read from TOML, checked here, frozen."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from app.core.errors import ContentError
from app.core.languages import best_language

ANY_LANGUAGE = "*"

_LANGUAGE = re.compile(r"\*|[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")

MAX_SUGGESTIONS = 8
MAX_SUGGESTION_CHARACTERS = 20  # Messenger cuts the title of a quick reply there ("Quick Replies", read 2026-11)


def _by_language(value: object) -> object:
    """Accept "text", ["a", "b"], or a table of either by language; make it language -> lines."""
    table = value if isinstance(value, dict) else {ANY_LANGUAGE: value}
    strays = [key for key in table if not _LANGUAGE.fullmatch(key)]
    if strays:
        raise ValueError(f'"{strays[0]}" is no language code; keys of the persona itself stand above the first [table]')
    return {language: [lines] if isinstance(lines, str) else lines for language, lines in table.items()}


MAX_LINE_CHARACTERS = 4_000

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LINE_CHARACTERS)]
Mark = Annotated[str, Field(min_length=1, max_length=40)]  # spaces count here: " END"
Lines = Annotated[tuple[Line, ...], Field(min_length=1)]
Words = Annotated[Mapping[str, Lines], BeforeValidator(_by_language), Field(min_length=1)]
"""Words shown to people: lines to choose from, by language code, or under `*` where one text serves all."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Sampling(_Table):
    """How the model is asked to choose its words; limits as in OpenAI's API reference (2026-08)."""

    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    max_tokens: Annotated[int, Field(ge=1, le=4096)] = 120
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] = 0.0
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] = 0.0
    stop: Annotated[tuple[Mark, ...], Field(max_length=4)] = ()


class Labels(_Table):
    """Who speaks, in the single text that a prompt/completion model reads."""

    user: str = "User"
    assistant: str = "Assistant"


class ShownExample(_Table):
    """One exchange shown to the model before the conversation (few-shot)."""

    user: Line
    assistant: Line
    language: str = ANY_LANGUAGE


class Persona(_Table):
    """One file of personas/. `id` is the file's name; everything else is a key of the file.

    `format = "text"` is for prompt/completion models: the prompt ends with `separator`, answers end with `end`.
    What a tuned model was trained with stands above them: see core/manifest.py. `memory = false` makes each turn stand
    alone. `intents` are ES intent names that switch to this persona. `later` says that the answer will come with the
    next turn, `coming_back` opens that turn. `busy` is said when too many people speak at once, `slow_down` to one who
    sends too much, `resting` when the model calls of the day or minute are spent. Where one of these is not given, a
    line of `fallback` takes its place.
    `safety = "standard"` lets the model speak of illness and medicine, as a persona may that is nobody's companion;
    no setting turns safety off.
    """

    id: str
    name: Line
    instructions: str
    greeting: Words
    fallback: Words
    reprompt: Words
    farewell: Words
    later: Words | None = None
    coming_back: Words | None = None
    busy: Words | None = None
    slow_down: Words | None = None
    resting: Words | None = None
    suggestions: Words | None = None
    default_language: str = "en"
    model: str | None = None
    format: Literal["chat", "text"] = "chat"
    separator: Mark = " ->"
    end: Mark = " END"
    labels: Labels = Labels()
    sampling: Sampling = Sampling()
    examples: tuple[ShownExample, ...] = ()
    memory: bool = True
    intents: tuple[str, ...] = ()
    safety: Literal["strict", "standard"] = "strict"

    @model_validator(mode="after")
    def _check_suggestions(self) -> "Persona":
        for lines in (self.suggestions or {}).values():
            if len(lines) > MAX_SUGGESTIONS:
                raise ValueError(f"{len(lines)} suggestions; channels show at most {MAX_SUGGESTIONS}")
            long = [line for line in lines if len(line) > MAX_SUGGESTION_CHARACTERS]
            if long:
                raise ValueError(f'suggestion "{long[0]}" is longer than {MAX_SUGGESTION_CHARACTERS} characters')
        return self

    @model_validator(mode="after")
    def _check_separator(self) -> "Persona":
        if self.format == "text" and not (self.separator.strip() and self.end.strip()):
            raise ValueError('format = "text" needs a separator and an end mark that are more than spaces')
        return self

    def lines(self, words: Words | None, language: str) -> tuple[str, ...]:
        """Return the lines for a language: the best offered, else the persona's default, else whatever there is."""
        if not words:
            return ()
        for wanted in (language, self.default_language):
            found = best_language(wanted, words)
            if found is not None:
                return words[found]
        return words.get(ANY_LANGUAGE) or next(iter(words.values()))

    def shown_examples(self, language: str) -> tuple[ShownExample, ...]:
        """Return the examples in the language of the turn, or, when there are none, those of the default language."""
        if not self.examples:
            return ()
        for wanted in (language, self.default_language, ANY_LANGUAGE):
            offered = best_language(wanted, [example.language for example in self.examples])
            if offered is not None:
                return tuple(example for example in self.examples if example.language in {offered, ANY_LANGUAGE})
        return self.examples


def parse_persona(file_name: str, table: Mapping[str, Any]) -> Persona:
    """Return the persona that a TOML file describes; `file_name` without ".toml" becomes its id.

    Raises ContentError naming the file and, at once, every key that is wrong, with the nearest known spelling.
    """
    if "id" in table:
        raise ContentError(f'persona {file_name}: key "id" is not allowed; the file\'s name is the id')
    try:
        return Persona.model_validate({**table, "id": file_name.removesuffix(".toml")})
    except ValidationError as error:
        problems = "; ".join(_explain(problem) for problem in error.errors(include_url=False, include_input=False))
        raise ContentError(f"persona {file_name}: {problems}") from None


_TABLES: Mapping[str, type[BaseModel]] = {
    "examples": ShownExample,
    "labels": Labels,
    "sampling": Sampling,
    "": Persona,
}


def _explain(problem: Mapping[str, Any]) -> str:
    path = [str(part) for part in problem["loc"] if part != "function-before[_by_language(), mapping]"]
    where = ".".join(path)
    match problem["type"]:
        case "extra_forbidden":
            return f'key "{where}" is not known{_did_you_mean(path)}'
        case "missing":
            return f'key "{where}" is missing'
        case "too_short" | "string_too_short":
            return f"{where}: is empty; say at least one line"
        case "tuple_type" | "string_type":
            return f"{where}: expected a text, or a list of texts"
        case _:
            message = str(problem["msg"]).removeprefix("Value error, ")
            return f"{where}: {message}" if where else message


def _did_you_mean(path: Sequence[str]) -> str:
    key = path[-1]
    home = path[0] if len(path) > 1 else ""
    place_of = {known: place for place, model in _TABLES.items() for known in model.model_fields}
    place_of |= dict.fromkeys(_TABLES[home].model_fields, home)
    del place_of["id"]
    near = get_close_matches(key, place_of, n=1)
    if not near:
        return f"; known keys are {', '.join(sorted(known for known, place in place_of.items() if place == home))}"
    place = place_of[near[0]]
    where = f"under [{place}]" if place else "above the first [table]"
    if near[0] == key:
        return f"; it belongs {where}"
    return f'; did you mean "{near[0]}"{"" if place == home else f" {where}"}?'
