"""Leaks are seen in the files themselves, however they came there."""

import json
from pathlib import Path

from scripts.dataset.building.leaks import find_leaks
from scripts.dataset.types import Finding

QUESTION = "I moved to a new town in spring and I still know nobody here but the man at the bakery who says hello"


def write(folder: Path, split: str, *questions: str) -> None:
    """Write a chat file with a system message and one exchange a line."""
    lines = [
        {
            "messages": [
                {"role": "system", "content": "Listen to the person and answer in two short sentences."},
                {"role": "user", "content": question},
                {"role": "assistant", "content": "Tell me more."},
            ]
        }
        for question in questions
    ]
    (folder / f"chat_{split}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_the_same_question_in_two_files_is_a_leak(tmp_path: Path) -> None:
    """Exact ones, ones that differ in case and signs, and near ones; each with both places."""
    write(tmp_path, "train", "How are you?", QUESTION, "Only here", "👍")
    write(tmp_path, "validation", "how are you", "Only there")
    write(tmp_path, "test", f"{QUESTION} there", "👍")

    found = list(find_leaks(tmp_path, 1, 0.9))

    assert sorted((leak.severity, leak.check, leak.where, leak.message.split(":")[0][-16:]) for leak in found) == [
        ("error", "leakage", "chat_test.jsonl:1", "chat_train.jsonl"),
        ("error", "leakage", "chat_test.jsonl:2", "chat_train.jsonl"),
        ("error", "leakage", "chat_validation.jsonl:1", "chat_train.jsonl"),
    ]


def test_other_questions_are_no_leak(tmp_path: Path) -> None:
    """Twice in one file is no leak, nor is the system message that all share; empty files are fine."""
    write(tmp_path, "train", "How are you?", "How are you?")
    write(tmp_path, "validation", "How old are you?")
    write(tmp_path, "test")

    assert list(find_leaks(tmp_path, 1, 0.9)) == list[Finding]()
