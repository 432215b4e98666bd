"""What came back: a file that only grows, a line for each answer, on disk before anything else happens.

    {"key": "9f...", "text": "They call her ...", "finish_reason": "stop", "input_tokens": 61, "output_tokens": 98}

A process may be killed anywhere: at worst the last line is torn, which the next start cuts off.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

CUT = "length"
REFUSED = frozenset({"refusal", "content_filter"})


class BadAnswers(Exception):
    """The file of answers cannot be used, or an endpoint's body is no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `finish_reason` is the endpoint's own word, or "refusal" when the model declined (text empty)."""

    key: str
    text: str
    finish_reason: str
    input_tokens: int = 0
    output_tokens: int = 0


def answer_from(key: str, body: object) -> Answer:
    """Return the answer in the body of a chat completion ("Chat Completions", OpenAI API reference, 2026-08).

    Raises BadAnswers for a body of any other shape.
    """
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(body, dict) or not isinstance(choice, dict) or not isinstance(message, dict):
        raise BadAnswers(f"the endpoint's answer is no chat completion ({_shape(body)}); is OPENAI_BASE_URL right?")
    text = message.get("content")
    reason = "refusal" if message.get("refusal") else str(choice.get("finish_reason") or "")
    usage = body.get("usage")
    return Answer(
        key,
        text if isinstance(text, str) and reason != "refusal" else "",
        reason,
        _count(usage, "prompt_tokens"),
        _count(usage, "completion_tokens"),
    )


class Answers:
    """The answers kept so far, by key; safe to use from several threads."""

    def __init__(self, file: IO[bytes], kept: Mapping[str, Answer]) -> None:
        """Take a file opened for appending, and what it holds."""
        self._file = file
        self._kept = dict(kept)
        self._lock = threading.Lock()

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str) -> Answer | None:
        """Return the answer of a key, None when there is none yet."""
        return self._kept.get(key)

    def keep(self, answer: Answer) -> None:
        """Write an answer down; when this returns, it is on disk. The first answer of a key stays."""
        with self._lock:
            if answer.key in self._kept:
                return
            self._file.write(json.dumps(asdict(answer), ensure_ascii=False).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._kept[answer.key] = answer


@contextmanager
def open_answers(path: Path) -> Iterator[Answers]:
    """Open the file of answers for one process at a time, made when it is not there, a torn last line cut off.

    Raises BadAnswers when another process has it open, or a line within it is broken.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadAnswers(f"{path}: another run is writing there; wait for it, or stop it") from None
        file.truncate(_whole_bytes(path))
        yield Answers(file, read_answers(path))


def read_answers(path: Path) -> dict[str, Answer]:
    """Return the answers of a file by key, none when it is not there; a torn last line counts as not there.

    Raises BadAnswers naming the line that is broken.
    """
    if not path.exists():
        return {}
    whole = path.read_bytes()[: _whole_bytes(path)]
    answers = [_parse(line, f"{path}:{number}") for number, line in enumerate(whole.splitlines(), start=1)]
    return {answer.key: answer for answer in answers}


def _whole_bytes(path: Path) -> int:
    """Return how many bytes of the file are whole lines: what is written ends with a line break, or was cut."""
    return path.read_bytes().rfind(b"\n") + 1


def _parse(line: bytes, where: str) -> Answer:
    try:
        return Answer(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise BadAnswers(f"{where}: is no answer; delete this line, and it will be asked for again") from error


def _count(usage: Any, name: str) -> int:
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) else 0


def _shape(body: object) -> str:
    if isinstance(body, dict):
        return f"keys: {', '.join(map(str, list(body)[:5])) or 'none'}"
    return f"a {type(body).__name__}"
