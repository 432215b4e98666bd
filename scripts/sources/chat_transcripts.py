"""Our own exported conversations: chat JSONL (a conversation a line), or YAML written by hand.

    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "id": "a1"}

`id`, `licence`, `source`, `group` and `score` may stand beside `messages`. The YAML form is in transcript_yaml.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.types import Message, Role
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import conversation_id, ignore
from scripts.sources.transcript_yaml import load_yaml

NAME = "chat_transcripts"
DESCRIPTION = "conversations exported or written by us: chat JSONL, or YAML with user and persona turns"
LICENCE = "not stated"

_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_TEXTS = ("id", "licence", "source", "group")


@dataclass(frozen=True, slots=True)
class Options:
    """Nothing to set: the file says everything."""


class _BadLine(Exception):
    """The line is no conversation; (check, message, fix)."""


def load(path: Path, report: Report = ignore, options: Options = Options()) -> Iterator[Conversation]:
    """Yield the conversations of a .jsonl, .yml or .yaml file; a line that is none is reported and left out."""
    if path.suffix.lower() in {".yml", ".yaml"}:
        yield from load_yaml(path, report, NAME, LICENCE)
    else:
        yield from _load_lines(path, report)


def _load_lines(path: Path, report: Report) -> Iterator[Conversation]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            where = f"{path.name}:{number}"
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if text:
                    yield _conversation(json.loads(text), where)
            except UnicodeDecodeError:
                report(Finding("error", "not_utf8", where, "the line is not UTF-8", "save the file in that encoding"))
            except (json.JSONDecodeError, RecursionError) as error:
                fix = "each line must be one JSON object"
                report(Finding("error", "not_json", where, f"the line is not JSON: {_reason(error)}", fix))
            except _BadLine as bad:
                report(Finding("error", bad.args[0], where, bad.args[1], bad.args[2]))


def _reason(error: Exception) -> str:
    return f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _conversation(line: Any, where: str) -> Conversation:
    if not isinstance(line, dict) or not isinstance(line.get("messages"), list):
        raise _BadLine("no_messages", "the line has no list of messages", 'write {"messages": [...]}')
    messages = tuple(_message(number, message) for number, message in enumerate(line["messages"], 1))
    texts = {key: _text(line, key) for key in _TEXTS}
    source = texts["source"] or NAME
    return Conversation(
        id=texts["id"] or conversation_id(source, messages),
        source=source,
        licence=texts["licence"] or LICENCE,
        messages=messages,
        group=texts["group"],
        score=_score(line.get("score")),
        where=where,
    )


def _message(number: int, message: Any) -> Message:
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(role, str) or role not in _ROLES:
        known = ", ".join(_ROLES)
        raise _BadLine("unknown_role", f"message {number} has role {json.dumps(role)}", f"the roles are {known}")
    if message.get("weight") == 0:
        fix = "leave out what must not be learned; the build marks shown examples itself"
        raise _BadLine("weight", f"message {number} has weight 0, which would be trained on here", fix)
    if not isinstance(message.get("content"), str):
        raise _BadLine("no_text", f"message {number} has no text", "content must be a string; tool calls have no place")
    return Message(_ROLES[role], message["content"])


def _text(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if value is None or isinstance(value, str | int):
        return "" if value is None else str(value)
    raise _BadLine("bad_field", f"{key} is a {type(value).__name__}", f"write {key} as a text, or leave it out")


def _score(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _BadLine("bad_field", f"score is {json.dumps(value)}", "write score as a number, or leave it out")
    return float(value)
