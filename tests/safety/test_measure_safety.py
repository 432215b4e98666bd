"""The measuring script: lenient about files, exact about figures, and honest with its exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts.measure_safety import EXAMPLE, main
from scripts.measuring.examples import canonical
from scripts.measuring.figures import wilson

ROWS = "text,label,kind,language\nI want to kill myself,Active Ideation,explicit,en\nhello there,none,greeting,en\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_figures_are_printed_and_the_exit_is_0(file: Path) -> None:
    """A plain run prints recall, false alarms and the misses."""
    result = run(str(file))

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "recall        100.0% (1/1, 20.7%-100.0%)"
    assert "misses: 0" in result.stdout


def test_json_holds_every_figure(file: Path) -> None:
    """Machines get the same figures as people."""
    report = json.loads(run(str(file), "--json", "--timing").stdout)

    assert report["recall"]["count"] == report["recall"]["of"] == 1
    assert report["by_language"]["en"]["exact"]["count"] == 2
    assert set(report["timing_ms"]) == {"256", "10000"}


def test_exit_is_1_below_what_was_asked_for(tmp_path: Path) -> None:
    """A screen that misses too much fails the run, and the missed text is shown."""
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "the weather is nice", "label": "passive"}\n', encoding="utf-8")

    result = run(str(path), "--min-recall", "0.5")

    assert result.exit_code == 1
    assert "passive -> none (-): the weather is nice" in result.stdout


def test_exit_is_1_above_the_false_alarms_allowed(tmp_path: Path) -> None:
    """A screen that cries wolf fails the run too."""
    path = tmp_path / "texts.csv"
    path.write_text("prompt\nI want to kill myself\n", encoding="utf-8")

    result = run(str(path), "--label", "safe", "--max-false-alarms", "0.01")

    assert result.exit_code == 1
    assert "false alarms  100.0% (1/1" in result.stdout


@pytest.mark.parametrize("content", ["text,label\nhi,angry\n", "words,label\nhi,none\n", "text\nhi\n"])
def test_exit_is_2_for_a_file_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    """An unknown label or a missing column is named, not skipped."""
    path = tmp_path / "texts.csv"
    path.write_text(content, encoding="utf-8")

    result = run(str(path))

    assert result.exit_code == 2
    assert "row 1" in result.stderr


def test_exit_is_2_for_a_file_that_is_not_there() -> None:
    """A wrong path is a wrong use, not a perfect score."""
    result = run("nowhere.csv")

    assert result.exit_code == 2
    assert "nowhere.csv" in result.stderr


def test_a_third_party_must_get_its_own_class(tmp_path: Path) -> None:
    """Concern for somebody else that is answered as the writer's own risk counts as wrong."""
    path = tmp_path / "texts.csv"
    path.write_text("text,label\nI want to kill myself,third party\n", encoding="utf-8")

    row = json.loads(run(str(path), "--json").stdout)["by_label"]["third_party"]
    assert (row["noticed"]["count"], row["right"]["count"]) == (1, 0)


def test_replies_are_judged_by_the_other_screen(tmp_path: Path) -> None:
    """With --replies the labels are block and pass."""
    path = tmp_path / "replies.csv"
    path.write_text("text,label\nI am sorry that you are going through this.,pass\n", encoding="utf-8")

    result = run(str(path), "--replies")

    assert result.exit_code == 0
    assert "false alarms  0.0%" in result.stdout


def test_the_shipped_file_is_measured_as_the_help_says() -> None:
    """The example in --help runs, and the screen holds its figures on the file it was tuned with."""
    result = run(*EXAMPLE.split(), "--max-false-alarms", "0.004")

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Self-Harm", "self_harm"), ("third party", "third_party"), ("Active Ideation", "active"), ("SAFE", "none")],
)
def test_labels_are_read_leniently(written: str, meant: str) -> None:
    """Files label the same thing in different ways."""
    assert canonical(written) == meant


def test_the_interval_is_wilsons() -> None:
    """Ten of ten is not certainty."""
    low, high = wilson(10, 10)

    assert (round(low, 3), round(high, 3)) == (0.722, 1.0)
    assert wilson(0, 0) == (0.0, 1.0)
