"""How likely a reference is: what is asked, what is taken from the answer, what is no answer."""

import json
from typing import Any

import pytest

from app.core.persona import Persona
from app.personas import load_personas
from scripts.evaluation.arms import Arm
from scripts.evaluation.calls import Call
from scripts.evaluation.losses import Way, logprobs_from, loss_call, loss_of
from scripts.evaluation.types import Item
from scripts.generation.answers import BadAnswers
from tests.evaluation.world import forced

JOY = load_personas()["joy"]
ITEM = Item("1", "held_out", "1", "Nobody called.", reference='He said "no"\nand left. Why?')


def call_for(way: Way, persona: Persona) -> Call:
    call = loss_call("http://e/v1", Arm("tuned", "m", persona, "en", 100), ITEM, way)
    assert call is not None
    return call


TEXT = JOY.model_copy(update={"format": "text"})


def test_a_chat_model_is_held_to_the_reference() -> None:
    """The grammar allows these words alone, quotes and line breaks included; the bias names their usual tokens."""
    call = call_for("forced", JOY)

    assert call.path == "/chat/completions"
    assert call.body["grammar"] == r'root ::= "He said \"no\"\nand left. Why?"'
    assert (call.body["logit_bias"], call.body["temperature"]) == ([[ITEM.reference, 100.0]], 0)


def test_the_end_of_the_answer_does_not_count() -> None:
    """The mean is over the words' own tokens: the empty one at the end stands for "stop"."""
    call = call_for("forced", JOY)

    assert loss_of(logprobs_from(call, forced(ITEM.reference, 1.5))) == 1.5


def test_a_text_model_tells_of_its_prompt() -> None:
    """Of prompt and completion sent as one, the tokens that begin in the completion count."""
    call = call_for("echoed", TEXT)
    sent = call.body["prompt"]
    begin = len(sent) - len(call.expected)
    logprobs = {"text_offset": [0, begin, begin + 3], "token_logprobs": [None, -1.0, -2.0]}

    answer = logprobs_from(call, {"choices": [{"text": sent, "logprobs": logprobs}]})

    assert (json.loads(answer.text), loss_of(answer)) == ([-1.0, -2.0], 1.5)
    assert (sent.endswith(" END"), call.body["max_tokens"]) == (True, 0)


def test_a_chat_model_cannot_echo() -> None:
    """There is no such question to a chat model."""
    assert loss_call("http://e/v1", Arm("tuned", "m", JOY, "en", 100), ITEM, "echoed") is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": []},
        forced("other words", 1.0),
        {"choices": [{"message": {"content": ITEM.reference}, "logprobs": None}]},
        {"choices": [{"message": {"content": None}}]},
        {"choices": [{"message": {"content": ITEM.reference}, "logprobs": {"content": []}}]},
    ],
)
def test_what_tells_nothing_is_no_answer(body: Any) -> None:
    """Other words, or none of the numbers: not taken for a loss."""
    with pytest.raises(BadAnswers):
        logprobs_from(call_for("forced", JOY), body)
