"""What stands twice in a file, or in two of the files that are given together."""

from pathlib import Path
from typing import Any

import pytest

from scripts.dataset.checks.run import check_files
from tests.dataset.checks.lines_to_check import SOUND, answers, asks, chat, pair, preference, written

SAME = chat(asks("Is it you?"), answers("Yes."))
OTHER = chat(asks("Is it you?"), answers("No."))
TURNED = {"messages": [dict(reversed(message.items())) for message in SAME["messages"]]}
LONGER = chat(asks("Is it you?"), answers("Yes."), asks("Really?"), answers("Really."))


def found_across(folder: Path, *files: list[Any]) -> list[tuple[str, str]]:
    """Return (check, where) of what stands twice, of files that begin with ten sound lines of their own."""
    paths = [folder / f"{number}.jsonl" for number in range(len(files))]
    for path, lines in zip(paths, files, strict=True):
        own = [chat(asks(f"File {path.stem}, line {number}?"), answers()) for number in range(10)]
        path.write_text(written([*own, *lines]))
    return [
        (finding.check, finding.where.replace(f"{folder}/", "").replace(".jsonl", ""))
        for finding in check_files(paths).findings
        if finding.check != "mixed_formats"
    ]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ([[SAME, SAME]], [("duplicate_example", "0:12 (as line 11)")]),
        ([[SAME, TURNED]], [("duplicate_example", "0:12 (as line 11)")]),
        ([[SAME, OTHER]], [("several_answers", "0:12 (as line 11)")]),
        (
            [[SAME, OTHER, OTHER]],
            [("several_answers", "0:12 (as line 11)"), ("duplicate_example", "0:13 (as line 12)")],
        ),
        ([[SAME, LONGER]], []),
        ([[SAME], [SAME]], [("leaked_example", "1:11 (as 0:11)")]),
        ([[SAME], [OTHER]], [("leaked_prompt", "1:11 (as 0:11)")]),
        ([[SAME], [LONGER]], []),
        ([[SAME], [], [SAME]], [("leaked_example", "2:11 (as 0:11)")]),
        ([[SAME], [pair("Is it you?", "Yes.")]], []),
    ],
)
def test_what_stands_twice_is_found(files: list[list[Any]], found: list[tuple[str, str]], tmp_path: Path) -> None:
    """Each line names the first line alike; the order of keys makes no difference, the answer does."""
    assert found_across(tmp_path, *files) == found


@pytest.mark.parametrize(
    ("format_", "one", "other"),
    [
        ("completions", pair(), pair(completion=" Another END")),
        ("dpo", preference(), preference(preferred_output=[answers("Yes.")])),
    ],
)
def test_the_other_formats_are_compared_too(format_: str, one: Any, other: Any, tmp_path: Path) -> None:
    """A pair's prompt is its prompt, a preference's its input."""
    path = tmp_path / "train.jsonl"
    path.write_text(written([*SOUND[format_], one, other, one]))

    assert [finding.check for finding in check_files([path]).findings] == ["several_answers", "duplicate_example"]


def test_prompts_that_are_all_empty_are_no_repeats(tmp_path: Path) -> None:
    """Text without prompts (open-ended generation) only repeats as a whole."""
    path = tmp_path / "train.jsonl"
    path.write_text(written([pair("", f" Text {number} END") for number in range(10)]))

    assert check_files([path]).findings == ()
