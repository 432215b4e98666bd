"""Which tokens are learnt, with a language whose tokens are characters."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.local_engine.trainer.examples import Example, Piece, chat_example, read_items, text_example
from scripts.local_engine.trainer.order import Method
from scripts.local_engine.trainer.wire import TrainingError


class _Letters:
    """Each character is a token; messages are written as r(words), the role's first letter before."""

    end_id = ord("$")

    def render(self, messages: Sequence[Mapping[str, str]], is_answer_next: bool) -> str:
        said = "".join(f"{message['role'][0]}({message['content']})\n" for message in messages)
        return said + "a(" if is_answer_next else said

    def encode(self, text: str) -> Sequence[Piece]:
        return [Piece(ord(letter), place, place + 1) for place, letter in enumerate(text)]


def _shown(example: Example) -> str:
    """Return an example's text with what is not learnt as dots."""
    pairs = zip(example.ids, example.learnt, strict=True)
    return "".join(chr(token) if is_learnt else "." for token, is_learnt in pairs)


def test_only_the_assistants_words_and_their_end_are_learnt() -> None:
    """System, user and what the template puts around are read; each answer is learnt with the mark that ends it."""
    example = chat_example(
        [
            {"role": "system", "content": "S"},
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "yo"},
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": "!"},
        ],
        _Letters(),
    )

    assert "".join(map(chr, example.ids)) == "s(S)\nu(hi)\na(yo)\nu(?)\na(!)\n"
    assert _shown(example) == ".............yo)........!)."


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"role": "assistant", "content": "yo", "weight": 0}, "........x)."),
        ({"role": "assistant", "content": "yo", "weight": 1}, "..yo)...x)."),
        ({"role": "assistant", "content": [{"type": "text", "text": "yo"}]}, "..yo)...x)."),
    ],
)
def test_a_weight_of_0_is_not_learnt(message: dict[str, Any], shown: str) -> None:
    """Messages with weight 0 are read only; parts of text are text."""
    example = chat_example([message, {"role": "assistant", "content": "x"}], _Letters())

    assert _shown(example) == shown


def test_developers_are_the_system() -> None:
    """The newer role name is what the template knows as system."""
    example = chat_example([{"role": "developer", "content": "D"}, {"role": "assistant", "content": "x"}], _Letters())

    assert "".join(map(chr, example.ids)) == "s(D)\na(x)\n"


def test_a_completion_is_learnt_with_an_end() -> None:
    """A prompt is read, its completion learnt, and an end mark after it."""
    assert _shown(text_example("ab ->", " c", _Letters())) == "..... c$"


def test_both_outputs_of_a_preference_are_learnt_over_the_same_input(tmp_path: Path) -> None:
    """A DPO line is two examples that differ in the output only; answers in the input are read."""
    turns = [{"role": "assistant", "content": "old"}, {"role": "user", "content": "q"}]
    line = {
        "input": {"messages": turns},
        "preferred_output": [{"role": "assistant", "content": "yes"}],
        "non_preferred_output": [{"role": "assistant", "content": "no"}],
    }

    ((first, second),) = _read(tmp_path, [line], "dpo")

    assert _shown(first) == "..............yes)."
    assert _shown(second) == "..............no)."


@pytest.mark.parametrize(
    ("line", "method", "said"),
    [
        ({"messages": [{"role": "assistant", "content": "x" * 50}]}, "supervised", "line 1: 54 tokens; at most 40"),
        ({"messages": [{"role": "assistant", "content": "x", "weight": 0}]}, "supervised", "nothing to learn"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, "supervised", "tool calls are not trained here"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "supervised", "tool calls are not trained here"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "dpo", "not a DPO line"),
    ],
)
def test_a_line_that_cannot_be_learnt_is_named(tmp_path: Path, line: Any, method: Method, said: str) -> None:
    """The error says which line, why, and which file of the job."""
    with pytest.raises(TrainingError, match=said) as refused:
        _read(tmp_path, [line], method)

    assert (refused.value.code, refused.value.param) == ("invalid_file", "training_file")


def _read(folder: Path, lines: Sequence[Any], method: Method) -> Sequence[tuple[Example, ...]]:
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return read_items(path, "training_file", method, _Letters(), 40)
