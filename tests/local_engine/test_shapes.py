"""llama.cpp's answers as programs written for OpenAI expect them."""

import json

import pytest

from scripts.local_engine.shapes import as_openai, refusal


def test_a_chat_has_every_field_that_openai_writes() -> None:
    """refusal and logprobs are there, as null; what llama.cpp said stays."""
    answer = {"model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Grüße"}}]}

    shaped = json.loads(as_openai(json.dumps(answer).encode(), "ft:x"))

    message = {"role": "assistant", "content": "Grüße", "refusal": None}
    assert shaped == {"model": "ft:x", "choices": [{"index": 0, "message": message, "logprobs": None}]}


def test_chances_of_a_text_stand_in_lists() -> None:
    """/v1/completions has tokens, chances, alternatives and places side by side."""
    tokens = [
        {"token": "Hi", "logprob": -0.5, "top_logprobs": [{"token": "Hi", "logprob": -0.5}]},
        {"token": " you", "logprob": -1.0, "top_logprobs": [{"token": " me", "logprob": -0.9}]},
    ]
    answer = {"model": "m", "choices": [{"text": "Hi you", "logprobs": {"content": tokens}}]}

    shaped = json.loads(as_openai(json.dumps(answer).encode(), "m"))

    assert shaped["choices"][0]["logprobs"] == {
        "tokens": ["Hi", " you"],
        "token_logprobs": [-0.5, -1.0],
        "top_logprobs": [{"Hi": -0.5}, {" me": -0.9}],
        "text_offset": [0, 2],
    }


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"error": "x"}', b"[]"])
def test_a_refusal_without_a_reason_says_so(content: bytes) -> None:
    """Whatever llama.cpp answers with, the caller gets an error of the known shape."""
    assert refusal(503, content).as_json()["error"] == {
        "message": "the model's server refused the request without a reason",
        "type": "server_error",
        "param": None,
        "code": None,
    }
