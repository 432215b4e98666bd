"""YAML in the style of the chatterbot corpus: three meanings, and whatever people put into such files."""

from pathlib import Path

import pytest

from scripts.sources.chatterbot_yaml import Options, load
from tests.shared import shared_data
from tests.sources.reading import found, read, texts

ONE_ANSWER = """conversations:
- - I can't sleep lately
  - Nights like that are hard. They make the days hard too.
  - Get up at the same hour.
"""
TURNS = """conversations:
- - Hello
  - Hi there, how are you?
  - Fine, and you?
  - Very well, thanks.
  - Good.
"""


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "talk.yml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_items_continue_the_answer_by_default(tmp_path: Path) -> None:
    """All items after the question are one answer, and nothing is said about it."""
    conversations, findings = read(load, write(tmp_path, ONE_ANSWER))

    assert texts(conversations) == [
        ("I can't sleep lately", "Nights like that are hard. They make the days hard too. Get up at the same hour.")
    ]
    assert (conversations[0].where, findings) == ("talk.yml:2", [])


def test_items_alternate_when_asked(tmp_path: Path) -> None:
    """Items are turns; a last turn without an answer is left out and reported."""
    conversations, findings = read(load, write(tmp_path, TURNS), Options(items="alternate"))

    assert texts(conversations) == [("Hello", "Hi there, how are you?", "Fine, and you?", "Very well, thanks.")]
    assert found(findings) == [("last_turn_left_out", "talk.yml:2")]


def test_items_are_alternatives_when_asked(tmp_path: Path) -> None:
    """Each item is an answer of its own, all in one group."""
    conversations, _ = read(load, write(tmp_path, "- - Hi\n  - Hello\n  - Good day\n"), Options(items="alternatives"))

    assert texts(conversations) == [("Hi", "Hello"), ("Hi", "Good day")]
    assert len({conversation.group for conversation in conversations}) == 1
    assert conversations[0].group


@pytest.mark.parametrize(
    ("content", "options", "check"),
    [
        (TURNS, Options(), "items_look_like_turns"),
        (ONE_ANSWER, Options(items="alternate"), "items_look_like_one_answer"),
    ],
)
def test_the_other_meaning_is_suspected(tmp_path: Path, content: str, options: Options, check: str) -> None:
    """A file that reads like the other meaning is reported at its first such conversation."""
    _, findings = read(load, write(tmp_path, content), options)

    assert (check, "talk.yml:2") in found(findings)


@pytest.mark.parametrize(
    ("content", "expected", "reported"),
    [
        ("conversations:\n- hello\n- - q\n  - a\n", [("q", "a")], [("no_answer", "talk.yml:2")]),
        ("- - q\n  -\n  - ~\n  - a\n", [("q", "a")], [("empty_item", "talk.yml:2"), ("empty_item", "talk.yml:3")]),
        ("conversations:\n-\n", [], [("empty_item", "talk.yml:2"), ("no_answer", "talk.yml:2")]),
        ("conversations:\n- - 1\n  - 2.50\n- - No\n  - on\n", [("1", "2.50"), ("No", "on")], []),
        ("- - q\n  - a\n", [("q", "a")], []),
        ("conversations:\n- Hi: Hello\n", [("Hi", "Hello")], [("mapping", "talk.yml:2")]),
        ("conversations:\n- answer: a\n  question: q\n", [("a", "q")], [("mapping", "talk.yml:2")]),
        ("conversations:\n- - q\n  - Mind: the gap\n", [("q", "Mind: the gap")], [("colon_in_text", "talk.yml:3")]),
        ("conversations:\n- - q\n  - we are #1\n", [("q", "we are")], [("comment_in_text", "talk.yml:3")]),
        ("conversations: [[q, a]]\nconversations: []\n", [("q", "a")], [("same_key_twice", "talk.yml:1")]),
        ("---\nconversations:\n- - q\n  - a\n---\n- - r\n  - b\n", [("q", "a"), ("r", "b")], []),
        ("conversations:\n- - |\n    one\n    two\n  - a\n", [("one\ntwo", "a")], []),
        ("", [], [("empty_file", "talk.yml:1")]),
        ("# nothing\n", [], [("empty_file", "talk.yml:1")]),
        ("hello", [], [("no_conversations", "talk.yml:1")]),
        ("conversations: none\n", [], [("no_conversations", "talk.yml:1")]),
        (b"\xef\xbb\xbfconversations:\r\n- - q\r\n  - a b\r\n    c\r\n", [("q", "a b c")], []),
        (b"conversations:\n- - q\n  - caf\xe9\n", [("q", "caf\u00e9")], [("encoding", "talk.yml:3")]),
        ("conversations:\n- - q\n  - a\n".encode("utf-16"), [("q", "a")], []),
        (b"conversations:\n- - q\x07\n  - a\x00b\n", [("q", "ab")], [("control_characters", "talk.yml:2")]),
    ],
)  # fmt: skip
def test_whatever_is_written_is_kept_or_reported(
    tmp_path: Path, content: str | bytes, expected: list[tuple[str, ...]], reported: list[tuple[str, str]]
) -> None:
    """Words are kept as they were typed; what cannot be used is named with its line."""
    conversations, findings = read(load, write(tmp_path, content))

    assert (texts(conversations), found(findings)) == (expected, reported)


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("- - q\n\t- a", 5),
        ("- - q\n  - a: b: c", 5),
        ("- - q\n  - @name", 5),
        ("- - q\n  - *nobody", 5),
        ('- - q\n  - "open [', 5),
        ("- - q\n  - " + "[" * 100_000, 5),
    ],
)
def test_a_broken_conversation_costs_only_itself(tmp_path: Path, broken: str, line: int) -> None:
    """The error is reported at its line, and the conversations around it are read."""
    content = f"conversations:\n- - before\n  - a\n{broken}\n- - after\n  - b\n"

    conversations, findings = read(load, write(tmp_path, content))

    assert texts(conversations) == [("before", "a"), ("after", "b")]
    assert found(findings) == [("broken_yaml", f"talk.yml:{line}")]
    assert conversations[1].where == "talk.yml:6"


def test_aliases_of_aliases_cannot_fill_the_memory(tmp_path: Path) -> None:
    """A conversation that would unfold to millions of items is left out; the next one is read."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    content = "\n".join([*lines, "conversations: &all", "- *a8", "- *all", "- - q", "  - a", ""])

    conversations, findings = read(load, write(tmp_path, content))

    assert texts(conversations) == [("q", "a")]
    assert {check for check, _ in found(findings)} == {"too_many_items"}


def test_ids_depend_on_the_words_alone(tmp_path: Path) -> None:
    """A conversation keeps its id when others come before it."""
    alone, _ = read(load, write(tmp_path, "- - q\n  - a\n"))
    later, _ = read(load, write(tmp_path, "- - new\n  - b\n- - q\n  - a\n"))

    assert alone[0].id == later[1].id


def test_the_joy_articles_file_is_read_whole() -> None:
    """All 51 conversations, the 12 longer ones as one answer each, and no doubt about the meaning."""
    conversations, findings = read(load, shared_data("depression.yml"))

    assert (len(conversations), findings) == (51, [])
    assert {len(conversation.messages) for conversation in conversations} == {2}
