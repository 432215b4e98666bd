"""Conversations to build from, and the command that builds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from scripts.build_dataset import main

TOPICS = ("work", "rent", "exam", "garden", "move", "bike", "choir", "kitchen", "train", "letter")


def talk(*texts: str, **fields: Any) -> dict[str, Any]:
    """Return a line of our own transcripts, the user first, by turns."""
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)], **fields}


CALM = [
    talk(f"I think of the {topic} in week {week}.", f"What about the {topic} stays with you?", id=f"{topic}{week}")
    for topic in TOPICS
    for week in range(12)
]
MIXED = [
    *CALM,
    talk("I think of the  WORK in week 0.", "what about the work stays with you?"),
    talk("My mail is a@example.org &amp; it is full", "What is in <b>it</b>?", "And more", id="mail"),
    talk("I want to kill myself", "I am here.", id="danger"),
    talk("I am tired", "You have major depression.", id="diagnosis"),
    talk("I sleep badly", "Since when?", group="sleep", score=2),
    talk("I sleep badly", "Poor you.", group="sleep", score=1),
    talk("I sleep badly", "Get over it.", group="sleep", score=-1),
    talk("Are you there?", ""),
    {"messages": "none"},
]


def write(path: Path, lines: Sequence[Mapping[str, Any]]) -> Path:
    """Write lines as JSONL."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def run(*words: object) -> Result:
    """Run the command on our own transcripts."""
    return CliRunner().invoke(main, ["chat_transcripts", *map(str, words)])


def build(out: Path, *words: object) -> dict[str, Any]:
    """Run the command, which must succeed, and return the manifest."""
    result = run(*words, "--out", out)
    assert result.exit_code == 0, result.output
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return manifest


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a JSONL file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
