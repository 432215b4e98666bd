"""How likely a model finds the reference answer: its loss per token, where an endpoint can be made to tell.

Two ways. `echoed`: prompt/completion models at OpenAI or vLLM give the log-probabilities of the prompt itself ("echo",
OpenAI API reference, 2026-08). `forced`: llama.cpp, and so the local engine, is held to the reference by a grammar
("grammars/README.md", llama.cpp, read 2026-11) and leaned towards its usual tokens by a bias, and tells how likely each
of them was; what it tells is taken before grammar and bias. An endpoint that ignores or refuses either gives nothing.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from app.core.prompt import render_completion
from app.models import text
from scripts.evaluation.arms import Arm
from scripts.evaluation.calls import Call, make_call, path_of, prompt_body
from scripts.evaluation.types import Item
from scripts.generation.answers import Answer, BadAnswers

Way = Literal["forced", "echoed"]
WAYS: tuple[Way, ...] = get_args(Way)

_LEANING = 100.0  # far over any difference of logits: of the tokens that the grammar allows, the usual one is taken
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def loss_call(base_url: str, arm: Arm, item: Item, way: Way) -> Call | None:
    """Ask for the likelihood of an item's reference; None where this way does not reach."""
    prompt = arm.prompt(item)
    words = item.reference if prompt.text is None else render_completion(arm.persona, item.reference)
    where = f"{arm.name}, loss of {item.id}"
    if way == "forced":
        body = {**prompt_body(prompt, arm.model), **_forced(words, is_text=prompt.text is not None)}
        return make_call(base_url, where, path_of(prompt), body, words)
    if prompt.text is None:
        return None
    body = {"model": arm.model, "prompt": prompt.text + words, "echo": True, "max_tokens": 0, "logprobs": 0}
    return make_call(base_url, where, text.PATH, body, words)


def logprobs_from(call: Call, body: Any) -> Answer:
    """Return the log-probabilities in an answer, as a JSON list in place of words. Raises BadAnswers for any other."""
    try:
        choice = body["choices"][0]
        found = _echoed(choice, call) if call.body.get("echo") else _said(choice, call.expected)
        usage = body.get("usage") or {}
        tokens = int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise BadAnswers("the endpoint does not say how likely the reference is") from None
    return Answer(call.key, json.dumps(found), "logprobs", *tokens)


def loss_of(answer: Answer) -> float:
    """Return the mean of -log p in nats a token, the end of the answer left out."""
    found: list[float] = json.loads(answer.text)
    return -sum(found) / len(found)


def _forced(words: str, *, is_text: bool) -> Mapping[str, Any]:
    return {
        "grammar": f'root ::= "{words.translate(_ESCAPES)}"',
        "logit_bias": [[words, _LEANING]],
        "max_tokens": len(words.encode()) + 8,
        "temperature": 0,
        "logprobs": 1 if is_text else True,
    }


def _said(choice: Mapping[str, Any], expected: str) -> Sequence[float]:
    is_chat = "message" in choice
    if (choice["message"]["content"] if is_chat else choice["text"]).strip() != expected.strip():
        raise ValueError(expected)
    logprobs = choice["logprobs"]
    if is_chat:
        tokens = [(token["token"], token["logprob"]) for token in logprobs["content"]]
    else:
        tokens = list(zip(logprobs["tokens"], logprobs["token_logprobs"], strict=True))
    return _numbers(number for token, number in tokens if token)


def _echoed(choice: Mapping[str, Any], call: Call) -> Sequence[float]:
    """Return those of the tokens that begin within the words; before them stands the prompt."""
    logprobs = choice["logprobs"]
    begin = len(call.body["prompt"]) - len(call.expected)
    if choice["text"][begin:] != call.expected:
        raise ValueError(call.expected)
    return _numbers(
        number
        for offset, number in zip(logprobs["text_offset"], logprobs["token_logprobs"], strict=True)
        if offset >= begin
    )


def _numbers(found: Any) -> Sequence[float]:
    numbers = [round(float(number), 4) for number in found]
    if not numbers:
        raise ValueError("no tokens")
    return numbers
