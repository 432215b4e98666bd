"""Small training files: sound lines of each format, ways to break them, and what was found as (check, line)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.dataset.checks.finding_log import line_of
from scripts.dataset.checks.run import USUAL, Request, check_files

Found = list[tuple[str, int | None]]

ENOUGH = 10
"""Sound lines that stand before the line in question, so that a file has enough examples."""

TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}


def chat(*messages: Any, **others: Any) -> dict[str, Any]:
    """Return a chat line."""
    return {"messages": list(messages), **others}


def says(role: str, content: Any, **others: Any) -> dict[str, Any]:
    """Return a message."""
    return {"role": role, "content": content, **others}


def calls(*ids: str, name: str = "look_up", arguments: str = "{}") -> dict[str, Any]:
    """Return an assistant message that calls a tool once for each id, without words."""
    function = {"name": name, "arguments": arguments}
    return says("assistant", None, tool_calls=[{"id": id_, "type": "function", "function": function} for id_ in ids])


def asks(text: str = "Can you hear me?") -> dict[str, Any]:
    """Return a user message."""
    return says("user", text)


def answers(text: str = "I can, go on.") -> dict[str, Any]:
    """Return an assistant message."""
    return says("assistant", text)


def pair(prompt: Any = "Say the last ->", completion: Any = " The last END") -> dict[str, Any]:
    """Return a prompt/completion line with the marks that `SOUND` uses."""
    return {"prompt": prompt, "completion": completion}


def preference(**others: Any) -> dict[str, Any]:
    """Return a DPO line with some of its keys replaced; None leaves a key out."""
    line = {
        "input": chat(asks()),
        "preferred_output": [answers()],
        "non_preferred_output": [answers("No.")],
        **others,
    }
    return {key: value for key, value in line.items() if value is not None}


SOUND: Mapping[str, Sequence[dict[str, Any]]] = {
    "chat": [chat(asks(f"What is {number}?"), answers(f"It is {number}.")) for number in range(ENOUGH)],
    "completions": [pair(f"What is {number} ->", f" It is {number} END") for number in range(ENOUGH)],
    "dpo": [preference(input=chat(asks(f"What is {number}?"))) for number in range(ENOUGH)],
}


def written(lines: Sequence[Any]) -> str:
    """Return lines as JSONL; texts are written as they are."""
    return "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)


def found_in(path: Path, request: Request = USUAL) -> Found:
    """Return everything that is found in a file."""
    return [(finding.check, line_of(finding)) for finding in check_files([path], request).findings]


def found_with(folder: Path, format_: str, *lines: Any, request: Request = USUAL) -> Found:
    """Return everything that is found in a file of ten sound lines of a format, followed by the given ones."""
    path = folder / "train.jsonl"
    path.write_text(written([*SOUND[format_], *lines]), encoding="utf-8")
    return found_in(path, request)
