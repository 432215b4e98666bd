"""Our own conversations are read from chat JSONL and from YAML; whatever is wrong is named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding
from scripts.sources.chat_transcripts import load

HI = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


def read(path: Path, content: str | bytes) -> tuple[list[Conversation], list[Finding]]:
    """Return what a file with that content gives."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found: list[Finding] = []
    return list(load(path, found.append)), found


def test_a_line_with_everything(tmp_path: Path) -> None:
    """Every field is taken over; developer is another word for system."""
    line = {
        "messages": [{"role": "developer", "content": "Listen."}, *HI],
        "id": 7,
        "licence": "MIT",
        "source": "export",
        "group": "g",
        "score": 2,
    }

    given, found = read(tmp_path / "a.jsonl", "\ufeff" + json.dumps(line) + "\r\n\n")

    messages = (Message("system", "Listen."), Message("user", "Hi"), Message("assistant", "Hello"))
    assert given == [Conversation("7", "export", "MIT", messages, "g", 2.0, "a.jsonl:1")]
    assert found == []


def test_an_id_depends_on_the_words_alone(tmp_path: Path) -> None:
    """The same words have the same id in another file and line, other words another one."""
    one, _ = read(tmp_path / "a.jsonl", json.dumps({"messages": HI}))
    two, _ = read(tmp_path / "b.jsonl", "\n" + json.dumps({"messages": HI}) + "\n" + json.dumps({"messages": HI[:1]}))

    assert two[0].id == one[0].id != two[1].id
    assert two[0].where == "b.jsonl:2"


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("{", "not_json"),
        ("[" * 100_000, "not_json"),
        (b"\xff", "not_utf8"),
        ([], "no_messages"),
        ({"messages": "Hi"}, "no_messages"),
        ({"messages": ["Hi"]}, "unknown_role"),
        ({"messages": [{"role": "tool", "content": "4"}]}, "unknown_role"),
        ({"messages": [{"role": ["user"], "content": "4"}]}, "unknown_role"),
        ({"messages": [{"role": "assistant", "content": None, "tool_calls": []}]}, "no_text"),
        ({"messages": [{"role": "assistant", "content": "Hi", "weight": 0}]}, "weight"),
        ({"messages": HI, "id": {}}, "bad_field"),
        ({"messages": HI, "score": "good"}, "bad_field"),
        ({"messages": HI, "score": float("nan")}, "bad_field"),
        ({"messages": HI, "score": True}, "bad_field"),
    ],
)
def test_a_bad_line_is_named_and_the_next_one_read(line: Any, check: str, tmp_path: Path) -> None:
    """One error with its line number, and a fix; the good line after it comes through."""
    bad = line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()

    given, found = read(tmp_path / "a.jsonl", bad + b"\n" + json.dumps({"messages": HI}).encode())

    assert [conversation.where for conversation in given] == ["a.jsonl:2"]
    assert [(finding.severity, finding.check, finding.where) for finding in found] == [("error", check, "a.jsonl:1")]
    assert found[0].fix


def test_yaml_by_hand(tmp_path: Path) -> None:
    """Any speaker but user answers; words are taken as written, no and 12 too; each conversation knows its line."""
    content = """\
licence: MIT
source: written here
conversations:
  - topic: small talk
    turns:
      - user: no
      - joy: 12
  - turns:
      - user: |
          Two
          lines
      - assistant: "yes: both"
"""

    given, found = read(tmp_path / "joy.yml", content)

    assert [(c.source, c.licence, c.where, c.group, c.score) for c in given] == [
        ("written here", "MIT", "joy.yml:4", "", None),
        ("written here", "MIT", "joy.yml:8", "", None),
    ]
    assert given[0].messages == (Message("user", "no"), Message("assistant", "12"))
    assert given[1].messages == (Message("user", "Two\nlines\n"), Message("assistant", "yes: both"))
    assert found == []


def test_a_worse_answer_is_a_conversation_that_ends_with_it(tmp_path: Path) -> None:
    """Both are of one group; the better is scored above zero, the worse below."""
    content = """\
conversations:
  - turns:
      - user: I am sad
      - joy: Since when?
        worse: Cheer up!
      - user: Monday
      - joy: What happened?
"""

    given, _ = read(tmp_path / "joy.yaml", content)

    assert [([message.text for message in c.messages], c.score) for c in given] == [
        (["I am sad", "Since when?", "Monday", "What happened?"], 1.0),
        (["I am sad", "Cheer up!"], -1.0),
    ]
    assert given[0].group == given[1].group == given[0].id != given[1].id


@pytest.mark.parametrize(
    ("content", "check", "line"),
    [
        ("a: [", "not_yaml", 2),
        ("- a", "bad_yaml", 1),
        ("source: x", "bad_yaml", 1),
        ("source: [x]\nconversations: []", "bad_yaml", 1),
        ("conversations:\n  - turns: words", "bad_yaml", 2),
        ("conversations:\n  - just words", "bad_yaml", 2),
        ("conversations:\n  - turns:\n    - user: [a]", "bad_yaml", 3),
        ("conversations:\n  - turns:\n    - user: a\n      joy: b", "bad_turn", 3),
        ("conversations:\n  - turns:\n    - worse: b", "bad_turn", 3),
        ("conversations:\n  - turns:\n    - user: a\n      worse: b", "bad_turn", 3),
        (b"\xff", "not_utf8", 0),
        ("a: \x07", "not_yaml", 0),
    ],
)
def test_a_bad_place_in_yaml_is_named(content: str | bytes, check: str, line: int, tmp_path: Path) -> None:
    """One error with file and line where there is one, and no conversation of it."""
    given, found = read(tmp_path / "joy.yml", content)

    assert given == []
    assert [(finding.check, finding.where) for finding in found] == [(check, f"joy.yml:{line}" if line else "joy.yml")]


def test_the_rest_of_a_yaml_file_is_read(tmp_path: Path) -> None:
    """A bad conversation does not cost the others."""
    content = "conversations:\n  - turns: words\n  - turns:\n    - user: a\n    - joy: b\n"

    given, found = read(tmp_path / "joy.yml", content)

    assert ([conversation.where for conversation in given], len(found)) == (["joy.yml:3"], 1)
