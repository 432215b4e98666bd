"""What the command that builds says, of results and of mistakes."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.build_dataset import main
from scripts.dataset.building.split import SPLITS
from tests.dataset.building.transcripts import CALM, build, contents, run, talk, write


def test_empty_splits_and_few_examples_are_named(tmp_path: Path) -> None:
    """A build of three conversations works and warns."""
    counts = build(tmp_path / "out", write(tmp_path / "few.jsonl", CALM[:3]), "--split", "100/0/0")["counts"]

    assert counts["warnings"] == {"split": {"empty_split": 2, "few_examples": 1}}


def test_an_uneven_split_is_named(tmp_path: Path) -> None:
    """Where most conversations begin alike they stay together, and somebody should know why train is so large."""
    lines = [talk("May I sit here?", f"Fine, for the time number {n}.") for n in range(1_200)]

    counts = build(tmp_path / "out", write(tmp_path / "alike.jsonl", lines))["counts"]

    assert counts["warnings"]["split"] == {"empty_split": 2, "uneven_split": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "no conversation stands in the files"), (b"\x00\xd8\xff\n" * 50, "report.html says why")],
)
def test_nothing_to_train_on_is_a_no_with_a_report(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file without conversations ends with 1 and where to look; the report says that nothing was read."""
    (tmp_path / "none.jsonl").write_bytes(content)

    result = run(tmp_path / "none.jsonl", "--out", tmp_path / "out")

    assert (result.exit_code, reason in result.stderr) == (1, True), result.output
    assert "check_dataset" not in result.stdout
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["counts"]["read"] == 0
    assert (tmp_path / "out" / "report.html").exists()


def test_approved_ids_must_be_text(tmp_path: Path, mixed: Path) -> None:
    """A file that is no text is named, and nothing is written."""
    (tmp_path / "ids").write_bytes(b"\xd8\xff")

    result = run(mixed, "--out", tmp_path / "out", "--reviewed", tmp_path / "ids")

    assert (result.exit_code, "is no text in UTF-8" in result.output) == (2, True), result.output
    assert not (tmp_path / "out").exists()


def test_the_next_command_names_every_split(tmp_path: Path, mixed: Path) -> None:
    """All splits are checked together; one that holds nothing is left out."""
    full = run(mixed, "--out", tmp_path / "full").stdout
    alone = run(mixed, "--out", tmp_path / "alone", "--split", "100/0/0").stdout

    assert full.endswith(" ".join(str(tmp_path / "full" / f"chat_{split}.jsonl") for split in SPLITS) + "\n")
    assert alone.endswith(f"scripts.check_dataset {tmp_path / 'alone' / 'chat_train.jsonl'}\n")


def test_json_prints_the_counts(tmp_path: Path, mixed: Path) -> None:
    """--json prints what the manifest counts, and nothing else."""
    result = run(mixed, "--out", tmp_path / "out", "--json")

    assert json.loads(result.stdout) == json.loads((tmp_path / "out" / "manifest.json").read_text())["counts"]


def test_the_table_names_every_reason_and_no_words(tmp_path: Path, mixed: Path) -> None:
    """Without --json the same numbers are a table; nobody's words are on the screen."""
    shown = run(mixed, "--out", tmp_path / "out").stdout

    assert all(reason in shown for reason in ("empty_answer", "exact_duplicate", "active", "same_question"))
    assert re.search(r"Training gpt-4\.1-mini: [\d,]+ tokens x 3 epochs = [\d,]+, \$\d", shown)
    assert not any(words in shown for words in ("kill", "garden", "example.org"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--persona", "jo"], 'persona "jo" is not known; known are interviewer, joy'),
        (["--set", "brand=x"], 'source chat_transcripts has no option "brand"; it has none'),
        (["--split", "80/20"], "expected three whole numbers that make 100"),
        (["--personas", "tests"], "no persona found"),
    ],
)
def test_wrong_words_are_explained(tmp_path: Path, mixed: Path, words: list[str], message: str) -> None:
    """Exit 2, what was wrong and what could stand there; nothing is written."""
    result = run(mixed, "--out", tmp_path / "out", *words)

    assert (result.exit_code, message in result.output) == (2, True), result.output
    assert not (tmp_path / "out").exists()


def test_an_unknown_source_is_explained(tmp_path: Path, mixed: Path) -> None:
    """The nearest name is offered."""
    result = CliRunner().invoke(main, ["chat_transcript", str(mixed), "--out", str(tmp_path / "out")])

    assert (result.exit_code, 'did you mean "chat_transcripts"?' in result.output) == (2, True)


def test_a_folder_of_others_is_left_alone(tmp_path: Path, mixed: Path) -> None:
    """Exit 2, and what lay there still lies there."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")

    result = run(mixed, "--out", tmp_path / "out")

    assert (result.exit_code, "choose another folder" in result.output) == (2, True)
    assert contents(tmp_path / "out") == {"thesis.txt": b"mine"}


def test_help_lists_the_sources_and_ends_with_an_example() -> None:
    """Somebody who knows nothing can start from --help."""
    shown = CliRunner().invoke(main, ["--help"]).stdout

    assert "chat_transcripts: conversations exported or written by us" in shown
    assert shown.splitlines()[-1].strip().startswith("python -m scripts.build_dataset ")
    assert "example" in shown.splitlines()[-2]
