"""Reading an answer as it arrives: server-sent events, or one JSON object from endpoints that do not stream.

What is read is kept piece by piece, because at the deadline the whole sentences so far are the answer. Nothing here
raises for a stream that just ends: a proxy that cuts an answer still leaves the sentences before the cut.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import ModelBroken, ModelRefused
from app.core.types import FinishReason

MAX_ANSWER_BYTES = 1_000_000  # an answer has a few KB; a stream has 200 bytes around each token

WordsOf = Callable[[dict[str, Any]], str]


@dataclass(slots=True)
class Answer:
    """What has arrived so far. One thread writes; another may read `text` at any moment."""

    pieces: list[str] = field(default_factory=list)
    finish_reason: FinishReason | None = None
    tokens: int | None = None

    @property
    def text(self) -> str:
        """The words so far."""
        return "".join(self.pieces)


def read_answer(chunks: Iterable[bytes], words_of: WordsOf, answer: Answer) -> None:
    """Read chunks of a body to their end and keep what they say in `answer`.

    The end is read too, past [DONE], so that the connection can be used again.
    Raises ModelRefused for filtered answers, ModelBroken for bodies that are no completion; ValueError and
    RecursionError may pass through from broken JSON.
    """
    for document in _documents(chunks):
        _take(document, words_of, answer)
    if answer.finish_reason is None and not answer.pieces:
        raise ModelBroken("the body holds no completion")


def _take(document: object, words_of: WordsOf, answer: Answer) -> None:
    if not isinstance(document, dict):
        raise ModelBroken(f"expected a JSON object, got a {type(document).__name__}")
    if document.get("error"):
        raise ModelBroken("the endpoint reported an error within its answer")
    answer.tokens = _total_tokens(document.get("usage")) or answer.tokens
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return
    words = words_of(choices[0])
    if words:
        answer.pieces.append(words)
    _finish(choices[0].get("finish_reason"), answer)


def _finish(reason: object, answer: Answer) -> None:
    if reason == "content_filter":
        raise ModelRefused("the endpoint's content filter stopped the answer")
    if isinstance(reason, str):
        answer.finish_reason = "length" if reason == "length" else "stop"


def _total_tokens(usage: object) -> int | None:
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) else None


def _documents(chunks: Iterable[bytes]) -> Iterator[object]:
    """Yield the JSON documents of a body: each event's data, or the body itself when it is plain JSON."""
    buffer = b""
    is_plain: bool | None = None
    is_done = False
    for chunk in chunks:
        buffer += chunk
        if is_plain is None and buffer.strip():
            is_plain = buffer.lstrip()[:1] in b'{["'
        if is_plain or is_done:
            continue
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            data = _event_data(line)
            is_done = is_done or data == b"[DONE]"
            if data and not is_done:
                yield json.loads(data.decode())
    if is_plain:
        yield json.loads(buffer.decode())


def _event_data(line: bytes) -> bytes:
    return line[len(b"data:") :].strip() if line.startswith(b"data:") else b""
