"""Which conversations are learned, set aside or dropped, and in which split they land."""

import re
from pathlib import Path

import pytest

from app.personas import load_personas
from scripts.dataset.building.leaks import find_leaks
from scripts.dataset.building.split import SPLITS, Shares
from tests.dataset.building.transcripts import CALM, TOPICS, build, lines_of, run, talk, write


def test_danger_is_set_aside_until_a_person_approves(tmp_path: Path, mixed: Path) -> None:
    """review.jsonl has level, rule and words; an approved id is trained on, the other one still is not."""
    build(tmp_path / "out", mixed)
    review = lines_of(tmp_path / "out" / "review.jsonl")
    approved = tmp_path / "approved.txt"
    approved.write_text("danger  # read it\nstranger\n")

    manifest = build(tmp_path / "again", mixed, "--reviewed", approved)

    assert [(line["id"], line["level"]) for line in review] == [("danger", "active"), ("diagnosis", "reply")]
    assert all(line["rule"] and line["messages"] for line in review)
    assert "kill myself" not in "".join((tmp_path / "out" / f"chat_{s}.jsonl").read_text() for s in SPLITS)
    assert manifest["counts"]["set_aside_for_review"] == {"total": 1, "reply": 1}
    assert manifest["counts"]["changed"]["review"] == {"approved": 1}
    assert manifest["counts"]["warnings"]["review"] == {"approved_unknown": 1}


def test_the_split_is_stable_when_data_grows(tmp_path: Path) -> None:
    """Every conversation stays in its split when others come before and after it."""
    build(tmp_path / "small", write(tmp_path / "small.jsonl", CALM[40:80]))
    build(tmp_path / "large", write(tmp_path / "large.jsonl", CALM))

    for split in SPLITS:
        small, large = (lines_of(tmp_path / size / f"chat_{split}.jsonl") for size in ("small", "large"))
        assert all(line in large for line in small)


def test_a_leak_stops_the_build(tmp_path: Path, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the split tear a question apart, the files are not handed out, and the places are named."""
    places = iter(["train", "test"] * 1_000)
    monkeypatch.setattr(Shares, "place", lambda *_: next(places))

    result = run(mixed, "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert re.search(r"chat_test\.jsonl:\d+: leakage: asks \(nearly\) the same as chat_train\.jsonl:\d+", result.output)
    assert not (tmp_path / "out").exists()


def test_near_questions_share_a_split(tmp_path: Path) -> None:
    """Of 60 pairs of questions that differ in one word of thirty, none is torn apart."""
    words = [f"{topic}{n}" for topic in TOPICS for n in range(3)]
    lines = []
    for n in range(60):
        question = " ".join(f"{word}{n}" for word in words)
        lines += [talk(question, f"Answer {n}."), talk(f"{question} really", f"Another answer, number {n}.")]

    build(tmp_path / "out", write(tmp_path / "near.jsonl", lines))

    assert list(find_leaks(tmp_path / "out", 1, 0.9)) == []
    assert {len(lines_of(tmp_path / "out" / f"chat_{split}.jsonl")) % 2 for split in ("train", "test")} == {0}


def test_near_duplicates_are_dropped(tmp_path: Path) -> None:
    """One word of forty makes no second conversation; at a higher threshold it does."""
    question = " ".join(f"word{n}" for n in range(40))
    answer = question.replace("word", "term")
    path = write(tmp_path / "near.jsonl", [talk(question, answer), talk(f"{question} so", f"{answer} then"), *CALM[:5]])

    counts = build(tmp_path / "out", path, "--max-answer-tokens", 0)["counts"]
    strict = build(tmp_path / "strict", path, "--max-answer-tokens", 0, "--near", 1)["counts"]

    assert counts["dropped"] == {"total": 1, "duplicates": {"near_duplicate": 1}}
    assert strict["dropped"] == {"total": 0}


def test_one_answer_keeps_the_best(tmp_path: Path, mixed: Path) -> None:
    """Of three answers the best scored is learned; the others still serve in pairs."""
    counts = build(tmp_path / "out", mixed, "--one-answer")["counts"]

    assert counts["only_in_pairs"] == 2
    assert sum(counts[split]["pairs"] for split in SPLITS) == 2
    learned = "".join((tmp_path / "out" / f"chat_{split}.jsonl").read_text() for split in SPLITS)
    assert ("Since when?" in learned, "Poor you." in learned, "Get over it." in learned) == (True, False, False)


def test_a_persona_without_memory_learns_each_exchange_alone(tmp_path: Path) -> None:
    """Its model will never see more than one message, so no example holds more."""
    path = write(tmp_path / "talks.jsonl", [*CALM, talk("Tell me more", "Gladly.", "And then?", "The end.")])

    counts = build(tmp_path / "out", path, "--persona", "superhero")["counts"]

    assert counts["parts"] == 1
    assert {len(line["messages"]) for line in lines_of(tmp_path / "out" / "chat_train.jsonl")} == {3}
    assert sum(counts[split]["conversations"] for split in SPLITS) == len(CALM) + 2


def test_answers_that_the_persona_could_not_finish_are_dropped(tmp_path: Path) -> None:
    """Longer than max_tokens is longer than the server lets the model speak; the limit can be raised."""
    path = write(tmp_path / "long.jsonl", [*CALM[:20], talk("Tell me all", "word " * 90)])
    limit = load_personas()["joy"].sampling.max_tokens

    assert build(tmp_path / "out", path)["counts"]["dropped"]["clean"] == {"answer_too_long": 1}
    assert f"at most {limit}" in (tmp_path / "out" / "dropped.jsonl").read_text()
    assert build(tmp_path / "more", path, "--max-answer-tokens", 100)["counts"]["dropped"] == {"total": 0}
