"""llama.cpp's answers in OpenAI's shape where the two differ (openapi.json of 2026-08)."""

import json
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from scripts.local_engine.errors import ApiError


def as_openai(content: bytes, model: str) -> bytes:
    """Return a whole answer under the model's name, with the fields that OpenAI always writes."""
    answer = json.loads(content)
    answer["model"] = model
    for choice in answer.get("choices", []):
        choice.setdefault("logprobs", None)
        if "message" in choice:
            choice["message"].setdefault("refusal", None)
            (choice["logprobs"] or {}).setdefault("refusal", None)
        elif choice["logprobs"] is not None:
            choice["logprobs"] = _text_logprobs(choice["logprobs"])
    return json.dumps(answer, ensure_ascii=False).encode()


def refusal(status: int, content: bytes) -> ApiError:
    """Return llama.cpp's error as ours: its `code` is a number, OpenAI's is text."""
    try:
        said = json.loads(content)["error"]
        message, kind = str(said["message"]), str(said["type"])
    except (ValueError, KeyError, TypeError):
        message, kind = "the model's server refused the request without a reason", "server_error"
    return ApiError(status, message, "context_length_exceeded" if kind == "exceed_context_size_error" else None)


def _text_logprobs(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chances of tokens as /v1/completions has them, in lists side by side."""
    tokens = found.get("content") or []
    words = [token["token"] for token in tokens]
    return {
        "tokens": words,
        "token_logprobs": [token["logprob"] for token in tokens],
        "top_logprobs": [{top["token"]: top["logprob"] for top in token["top_logprobs"]} for token in tokens],
        "text_offset": [0, *accumulate(map(len, words))][: len(words)],
    }
