"""The benchmark's file is the same everywhere and has the quirks that it is for; its command measures both ways."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.bench_datasets import __main__ as bench
from scripts.bench_datasets.chat_lines import write_lines
from scripts.bench_datasets.generate import write_tweets
from scripts.bench_datasets.measure import measure
from scripts.sources.tweets import load
from tests.sources.reading import read

ROWS = 6_000


@pytest.fixture(name="tweets", scope="module")
def _tweets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "tweets.csv"
    write_tweets(path, ROWS)
    return path


def test_the_same_size_gives_the_same_bytes(tweets: Path, tmp_path: Path) -> None:
    """Figures of different days and machines are about the same file."""
    write_tweets(tmp_path / "again.csv", ROWS)

    assert (tmp_path / "again.csv").read_bytes() == tweets.read_bytes()


def test_the_file_has_the_quirks_of_the_real_one(tweets: Path) -> None:
    """Everything that the source has a rule for is in it."""
    conversations, findings = read(load, tweets)

    assert len(conversations) > ROWS / 4
    assert {finding.check for finding in findings} >= {
        "missing_parent",
        "self_reply",
        "circle",
        "unanswered_customer",
        "after_the_answer",
        "entities_read",
        "line_breaks",
        "links_removed",
        "masks_written",
        "handles_removed",
        "part_marks_removed",
        "signatures_removed",
        "tweets_joined",
    }
    assert b".0\n" in tweets.read_bytes()


def test_no_row_of_the_file_is_lost(tweets: Path) -> None:
    """Bare carriage returns and line breaks do not part rows: none is unreadable."""
    checks = {finding.check for finding in read(load, tweets)[1]}

    assert not checks & {"unreadable_id", "no_author", "no_text", "same_id_twice", "broken_csv"}


def test_our_way_writes_a_chat_line_for_each_conversation(tweets: Path, tmp_path: Path) -> None:
    """Each line is system, user, ..., assistant."""
    count = write_lines(tweets, tmp_path / "chat.jsonl")

    lines = (tmp_path / "chat.jsonl").read_text().splitlines()
    roles = [message["role"] for message in json.loads(lines[0])["messages"]]
    assert len(lines) == count == len(read(load, tweets)[0])
    assert (roles[0], roles[1], roles[-1]) == ("system", "user", "assistant")


def test_a_way_is_measured_in_its_own_process(tweets: Path, tmp_path: Path) -> None:
    """Time and memory are those of the way, not of whoever asks."""
    measured = measure("ours", tweets, tmp_path / "chat.jsonl")

    assert measured.lines == len((tmp_path / "chat.jsonl").read_text().splitlines())
    assert measured.seconds > 0
    assert 20 < measured.peak_mb < 1_500


def test_without_pandas_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no dependency of the project."""
    monkeypatch.setattr(bench, "find_spec", lambda name: None)

    result = CliRunner().invoke(bench.main)

    assert result.exit_code == 2
    assert "pip install -r scripts/bench_datasets/requirements.txt" in result.output


def test_both_ways_are_compared() -> None:
    """Three runs and their ratio; exit 1 when a figure misses its mark."""
    pytest.importorskip("pandas")

    result = CliRunner().invoke(bench.main, ["--rows", "2000", "--loop-rows", "500", "--times", "1", "--json"])

    figures = json.loads(result.stdout)
    assert [(run["way"], run["tweets"]) for run in figures["runs"]] == [
        ("pandas loop", 500),
        ("ours", 500),
        ("ours", 2000),
    ]
    assert result.exit_code == (0 if figures["good"] else 1)
