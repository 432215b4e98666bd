"""The whole way from a raw file to a folder of training files."""

import hashlib
import re
import signal
import subprocess
from pathlib import Path

import pytest

from app.core.manifest import parse_manifest
from scripts.dataset.building.split import SPLITS
from tests.dataset.building.transcripts import CALM, MIXED, build, contents, lines_of, talk, write

ROOT = Path(__file__).parents[3]


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
from scripts.dataset.building import gather
gather.find_concern = lambda *_: None  # reading the patterns takes longer than all the rest
setattr(importlib.import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from scripts.build_dataset import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    "point",
    [
        "scripts.dataset.building.gather:find_concern",  # while reading
        "scripts.dataset.building.outputs:preference_rows",  # the lines are written, half of the files are there
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
