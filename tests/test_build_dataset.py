"""The whole way from a raw file to a folder of training files."""

import hashlib
import json
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.core.manifest import parse_manifest
from app.personas import load_personas
from scripts.build_dataset import main
from scripts.dataset.leaks import find_leaks
from scripts.dataset.split import SPLITS, Shares

ROOT = Path(__file__).parents[1]
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


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return write(tmp_path / "mixed.jsonl", MIXED)


def test_every_conversation_is_accounted_for(tmp_path: Path, mixed: Path) -> None:
    """What was read is dropped, set aside, used in pairs only, or learned; each reason has its number."""
    counts = build(tmp_path / "out", mixed)["counts"]

    learned = sum(counts[split]["conversations"] for split in SPLITS)
    gone = counts["dropped"]["total"] + counts["set_aside_for_review"]["total"] + counts["only_in_pairs"]
    assert counts["read"] + counts["parts"] == learned + gone == len(MIXED) - 1
    assert counts["unreadable"] == {"total": 1, "no_messages": 1}
    assert counts["dropped"] == {"total": 2, "clean": {"empty_answer": 1}, "duplicates": {"exact_duplicate": 1}}
    assert counts["set_aside_for_review"] == {"total": 2, "active": 1, "reply": 1}
    assert counts["only_in_pairs"] == 1
    assert counts["changed"]["redact"] == {"redacted_email": 1}
    assert counts["warnings"] == {"duplicates": {"same_question": 1}}
    assert sum(counts[split]["pairs"] for split in SPLITS) == 2


def test_the_files_hold_what_the_manifest_says(tmp_path: Path, mixed: Path) -> None:
    """Every file is there with its hash and rows, places and inputs without folders, and no time anywhere."""
    manifest = build(tmp_path / "out", mixed)

    described = {file["name"]: file["sha256"] for file in manifest["files"]}
    found = contents(tmp_path / "out")
    assert described == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items() if name != "manifest.json"
    }
    assert [(file["name"], file["rows"]) for file in manifest["inputs"]] == [("mixed.jsonl", len(MIXED))]
    assert all(str(tmp_path).encode() not in content for content in found.values())
    assert {line["where"] for line in lines_of(tmp_path / "out" / "dropped.jsonl")} == {
        f"mixed.jsonl:{line}" for line in (121, 128, 129)
    }


def test_the_webhook_can_read_the_manifest(tmp_path: Path, mixed: Path) -> None:
    """Its prompt table is the one that serving obeys; the kind of model is the one asked for."""
    manifest = build(tmp_path / "out", mixed, "--format", "text", "--with-examples")

    prompt = parse_manifest("manifest.json", manifest)
    assert (prompt.format, prompt.with_examples, prompt.memory) == ("text", True, True)
    assert manifest["training"]["model"] == "davinci-002"


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


def test_a_second_run_gives_the_same_bytes(tmp_path: Path, mixed: Path) -> None:
    """In another folder, from a copy of the file elsewhere, over a former result: every byte is the same."""
    build(tmp_path / "one", mixed)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mixed.jsonl").write_bytes(mixed.read_bytes())
    build(tmp_path / "two", write(tmp_path / "calm.jsonl", CALM))
    build(tmp_path / "two", elsewhere / "mixed.jsonl")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


KILL = """
import importlib, os, signal, sys
module, name = sys.argv[1].split(":")
from scripts.dataset import gather
gather.find_concern = lambda *_: None  # reading the patterns takes longer than all the rest
setattr(importlib.import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from scripts.build_dataset import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    "point",
    [
        "scripts.dataset.gather:find_concern",  # while reading
        "scripts.dataset.outputs:preference_rows",  # the lines are written, half of the files are there
        "scripts.dataset.folders:_move",  # all is written, nothing is moved; test_folders has what comes then
    ],
)
def test_a_killed_run_leaves_the_former_result(tmp_path: Path, mixed: Path, point: str, python: str) -> None:
    """Killed without warning, nothing has changed; the next run is as if nothing was."""
    out, clean_out = tmp_path / "place" / "out", tmp_path / "clean"
    build(clean_out, mixed)
    build(out, write(tmp_path / "calm.jsonl", CALM))
    before = contents(out)

    words = ["chat_transcripts", str(mixed), "--out", str(out)]
    killed = subprocess.run([python, "-c", KILL, point, *words], cwd=ROOT, capture_output=True)

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert contents(out) == before
    build(out, mixed)
    assert contents(out) == contents(clean_out)
    assert [path.name for path in out.parent.iterdir()] == ["out"]


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


def test_the_licence_can_be_overruled(tmp_path: Path, mixed: Path) -> None:
    """Somebody who knows better than the source says so once."""
    assert list(build(tmp_path / "out", mixed, "--licence", "CC0-1.0")["licences"]) == ["CC0-1.0"]


def test_the_report_needs_nothing_from_outside(tmp_path: Path) -> None:
    """No address, script or style from elsewhere; words of people are shown and cannot act; the reasons are in it."""
    hostile = talk("<script>alert(1)</script> {{ 6 * 7 }}", "What is that to you?", id="hostile")
    build(tmp_path / "out", write(tmp_path / "a.jsonl", [hostile, *MIXED]), "--split", "100/0/0")

    page = (tmp_path / "out" / "report.html").read_text()

    assert not re.search(r"(?:src|href|@import|url\()\s*=?", page)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 6 * 7 }}" in page
    assert all(words in page for words in ("exact_duplicate", "redacted_email", "review.jsonl", "check_dataset"))


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
