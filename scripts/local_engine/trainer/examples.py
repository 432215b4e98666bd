"""Lines of a training file as tokens, each marked as learnt or only read.

Chat: {"messages": [...]} through the model's own chat template; learnt is what assistants with a weight other than 0
say, and the mark that ends it. Text: {"prompt", "completion"}; learnt is the completion and an end mark. DPO: {"input",
"preferred_output", "non_preferred_output"}; learnt are the two outputs.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scripts.dataset.checks.messages import text_of
from scripts.dataset.lines import read_lines
from scripts.local_engine.trainer.order import Method
from scripts.local_engine.trainer.wire import TrainingError

_SPOKEN_AS = {"developer": "system"}  # what chat templates of open models know


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids, and for each whether the model is taught to say it (1) or not (0). Compact: 5 bytes a token."""

    ids: Sequence[int]
    learnt: bytes


Item = tuple[Example, ...]
"""What is learnt together: one example, or for DPO the preferred one and the other."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A token and the characters of the text that it stands for."""

    id: int
    start: int
    end: int


class Language(Protocol):
    """A model's tokenizer and chat template."""

    end_id: int
    """The token that ends an answer."""

    def render(self, messages: Sequence[Mapping[str, str]], is_answer_next: bool) -> str:
        """Return a conversation as the model reads it."""

    def encode(self, text: str) -> Sequence[Piece]:
        """Return the tokens of a text as it stands, with no mark added."""


def read_items(path: Path, param: str, method: Method, language: Language, max_tokens: int) -> list[Item]:
    """Return the examples of a file in its order. Raises TrainingError naming the line that cannot be trained on."""
    items = []
    for line in read_lines(path):
        if line.value is None:
            raise TrainingError("invalid_file", f"line {line.number} cannot be read", param)
        try:
            item = _item(line.value, method, language)
            _check(item, max_tokens)
        except ValueError as error:
            raise TrainingError("invalid_file", f"line {line.number}: {error}", param) from error
        items.append(item)
    return items


def _item(value: Mapping[str, Any], method: Method, language: Language) -> Item:
    if method == "dpo":
        return tuple(_output(value, key, language) for key in ("preferred_output", "non_preferred_output"))
    if "messages" in value:
        return (chat_example(value["messages"], language),)
    return (text_example(text_of(value.get("prompt")), text_of(value.get("completion")), language),)


def _output(value: Mapping[str, Any], key: str, language: Language) -> Example:
    """Return one side of a DPO line: what the input says is read only, what the output says is learnt."""
    if key not in value or "input" not in value:
        raise ValueError("not a DPO line: it needs input, preferred_output and non_preferred_output")
    context = [{**message, "weight": 0} for message in value["input"]["messages"]]
    return chat_example([*context, *value[key]], language)


def chat_example(messages: Sequence[Mapping[str, Any]], language: Language) -> Example:
    """Return a conversation with the assistant's words learnt. Raises ValueError for what the template cannot say."""
    plain = [_plain(message) for message in messages]
    text = language.render(plain, is_answer_next=False)
    spans = [_span(plain, index, text, language) for index, message in enumerate(messages) if _is_learnt(message)]
    pieces = language.encode(text)
    return Example(array("i", (piece.id for piece in pieces)), bytes(_is_inside(piece, spans) for piece in pieces))


def text_example(prompt: str, completion: str, language: Language) -> Example:
    """Return a prompt that is read and a completion that is learnt, encoded apart as they are when it is served."""
    read = [piece.id for piece in language.encode(prompt)]
    said = [*(piece.id for piece in language.encode(completion)), language.end_id]
    return Example(array("i", [*read, *said]), bytes(len(read)) + bytes([1]) * len(said))


def _plain(message: Mapping[str, Any]) -> dict[str, str]:
    if message.get("tool_calls") or message.get("function_call") or message.get("role") in {"tool", "function"}:
        raise ValueError("tool calls are not trained here; leave out the lines that hold them")
    role = str(message.get("role"))
    return {"role": _SPOKEN_AS.get(role, role), "content": text_of(message.get("content"))}


def _is_learnt(message: Mapping[str, Any]) -> bool:
    return message.get("role") == "assistant" and message.get("weight") != 0


def _span(messages: Sequence[Mapping[str, str]], index: int, text: str, language: Language) -> tuple[int, int]:
    """Return where the template put what message number `index` says, its end mark included."""
    before = language.render(messages[:index], is_answer_next=True)
    after = language.render(messages[: index + 1], is_answer_next=False).rstrip()
    if not (text.startswith(after) and after.startswith(before)):
        raise ValueError("the model's chat template rewrites earlier turns; it cannot be trained here")
    return len(before), len(after)


def _is_inside(piece: Piece, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= piece.start < piece.end <= end for start, end in spans)


def _check(item: Item, max_tokens: int) -> None:
    for example in item:
        if len(example.ids) > max_tokens:
            raise ValueError(f"{len(example.ids):,} tokens; at most {max_tokens:,} are trained on and served at once")
        if not any(example.learnt[1:]):
            raise ValueError("nothing to learn: no assistant message with words and a weight other than 0")


def tokens_of(items: Sequence[Item]) -> int:
    """Return the tokens of one pass over the items."""
    return sum(len(example.ids) for item in items for example in item)


def longest_of(items: Sequence[Item]) -> int:
    """Return the tokens of the longest example."""
    return max(len(example.ids) for item in items for example in item)


def iterate(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Yield the items in groups of `size`, the last one perhaps smaller."""
    return (items[start : start + size] for start in range(0, len(items), size))
