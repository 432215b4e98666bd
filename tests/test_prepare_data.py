"""prepare_data: what is written, what is not, and what the exit code says."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.core.manifest import PromptManifest, as_trained, parse_manifest
from app.core.persona import Labels
from app.core.prompt import build_prompt
from app.personas import load_personas
from scripts.dataset.files import sha256
from scripts.dataset.remedies.differences import DIFFERENCES
from scripts.prepare_data import main

CSV = "prompt,completion\nWhat boils,A kettle.\nWhat glows?,A lamp!\n"
READY = '{"prompt": "a ->", "completion": " some words END"}\n{"prompt": "b ->", "completion": " other words. END"}\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(CSV)
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_yes_writes_the_file_and_its_manifest(source: Path) -> None:
    """The rows with their marks, how to ask the model, and fingerprints of everything; the source stays."""
    result = run(source, "--yes")

    prepared = source.with_name("pairs_prepared.jsonl")
    manifest = json.loads(source.with_name("pairs_prepared.manifest.json").read_text())
    assert (result.exit_code, source.read_text()) == (0, CSV)
    assert lines(prepared) == [
        {"prompt": "What boils ->", "completion": " A kettle.\n"},
        {"prompt": "What glows? ->", "completion": " A lamp!\n"},
    ]
    assert parse_manifest("pairs", manifest) == PromptManifest(
        format="text",
        separator=" ->",
        end="\n",
        labels=Labels(user="", assistant=""),
        with_instructions=False,
        memory=False,
    )
    assert manifest["input"] == {"file": "pairs.csv", "sha256": sha256(source), "rows": 2}
    assert manifest["files"] == [{"file": "pairs_prepared.jsonl", "sha256": sha256(prepared), "rows": 2}]
    assert [rule["rule"] for rule in manifest["rules"] if rule["accepted"]] == [
        "read_any_format",
        "common_prompt_suffix",
        "common_completion_suffix",
        "completions_space_start",
    ]
    assert result.output.endswith(f"Next: python -m scripts.finetune create --train {prepared}\n")


def test_the_webhook_asks_as_the_rows_do(source: Path) -> None:
    """A persona that names the manifest sends, to the letter, the prompt of the training row."""
    run(source, "--yes")
    manifest = json.loads(source.with_name("pairs_prepared.manifest.json").read_text())

    persona = as_trained(load_personas()["joy"], parse_manifest("pairs", manifest))
    prompt = build_prompt(persona, [], "What boils")

    row = lines(source.with_name("pairs_prepared.jsonl"))[0]
    assert (prompt.text, prompt.sampling.stop[0]) == (row["prompt"], row["completion"][-1])


def test_without_a_terminal_the_plan_is_shown_and_nothing_written(source: Path) -> None:
    """The answer is no until somebody says yes; the way to say it is named."""
    result = run(source)

    assert (result.exit_code, names(source.parent)) == (1, ["pairs.csv"])
    assert '+ "What boils ->"' in result.stdout
    assert "run again with --yes" in result.stderr


def test_a_dry_run_is_no_refusal(source: Path) -> None:
    """The same plan, exit code 0, with --yes too."""
    assert (run(source, "--dry-run", "--yes").exit_code, names(source.parent)) == (0, ["pairs.csv"])


def test_rules_can_be_skipped(source: Path, tmp_path: Path) -> None:
    """Without a separator the rows have none, and the manifest does not pretend one."""
    result = run(
        source,
        "--yes",
        "--skip",
        "common_prompt_suffix",
        "--skip",
        "completions_space_start",
        "--out",
        tmp_path / "out",
    )

    manifest = json.loads((tmp_path / "out" / "pairs_prepared.manifest.json").read_text())
    assert result.exit_code == 0
    assert lines(tmp_path / "out" / "pairs_prepared.jsonl")[0] == {"prompt": "What boils", "completion": "A kettle.\n"}
    assert ("prompt" in manifest, manifest["marks"]) == (False, {"separator": None, "ending": "\n"})
    assert "No separator: a webhook cannot serve" in result.output


def test_a_second_run_replaces_nothing(source: Path, tmp_path: Path) -> None:
    """Its files get a number; the same bytes come out."""
    for _ in range(3):
        assert run(source, "--yes", "--out", tmp_path / "out").exit_code == 0

    first, *again = [tmp_path / "out" / f"pairs_prepared{number}.jsonl" for number in ("", " (1)", " (2)")]
    assert [path.read_bytes() for path in again] == [first.read_bytes()] * 2
    assert len(names(tmp_path / "out")) == 6


def test_runs_in_other_folders_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    """No path and no time gets into a file."""
    for folder in ("one", "two"):
        run(source, "--yes", "--out", tmp_path / folder)

    one, two = ([path.read_bytes() for path in sorted((tmp_path / folder).iterdir())] for folder in ("one", "two"))
    assert one == two


def test_labels_are_written_in_two_files(tmp_path: Path) -> None:
    """Training and validation, both in the manifest and in the next command."""
    source = tmp_path / "labels.jsonl"
    source.write_text(
        "".join(json.dumps({"prompt": f"{n} is ->", "completion": f" {n % 2}"}) + "\n" for n in range(10))
    )

    result = run(source, "--yes")

    train, valid = tmp_path / "labels_prepared_train.jsonl", tmp_path / "labels_prepared_valid.jsonl"
    manifest = json.loads((tmp_path / "labels_prepared.manifest.json").read_text())
    assert (len(lines(train)), len(lines(valid))) == (8, 2)
    assert [(file["file"], file["rows"]) for file in manifest["files"]] == [(train.name, 8), (valid.name, 2)]
    assert f"--train {train} --validation {valid}" in result.output


def test_a_file_that_is_ready_gets_a_manifest_alone(tmp_path: Path) -> None:
    """Nothing to accept, nothing to write again; with --yes the marks found in it are written down."""
    source = tmp_path / "ready.jsonl"
    source.write_text(READY)

    asked = run(source)
    written = run(source, "--yes")

    manifest = json.loads((tmp_path / "ready_prepared.manifest.json").read_text())
    assert (asked.exit_code, written.exit_code) == (0, 0)
    assert names(tmp_path) == ["ready.jsonl", "ready_prepared.manifest.json"]
    assert (manifest["prompt"]["separator"], manifest["prompt"]["end"]) == (" ->", " END")
    assert manifest["files"] == [{"file": "ready.jsonl", "sha256": sha256(source), "rows": 2}]
    assert "Nothing to change" in written.output


def test_json_holds_plan_and_outcome(source: Path) -> None:
    """One JSON value on standard output and nothing else, accepted or not."""
    asked = run(source, "--json")
    written = json.loads(run(source, "--json", "--yes").stdout)

    plan = json.loads(asked.stdout)
    assert (asked.exit_code, plan["written"], plan["next"]) == (1, None, None)
    assert (plan["rows_read"], plan["rows_kept"], plan["separator"], plan["end"]) == (2, 2, " ->", "\n")
    assert plan["plan"][1]["examples"][0]["after"]["prompt"] == "What boils ->"
    assert written["plan"] == plan["plan"]
    assert Path(written["written"]["train"]).exists()


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["missing.csv"], 2, "does not exist"),
        (["pairs.yml"], 2, "the name must end in one of .csv"),
        (["pairs.csv", "--skip", "empty_completion"], 2, "empty_completion is necessary"),
        (["pairs.csv", "--skip", "separator"], 2, "there are duplicated_rows, long_examples"),
        (["chat.jsonl", "--yes"], 1, "scripts.check_dataset chat.jsonl"),
        (["broken.jsonl", "--yes"], 1, "broken.jsonl:2: not JSON"),
        (["same.jsonl", "--yes"], 1, "all prompts are the same"),
    ],
)
def test_what_is_refused_says_why(
    source: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, reason: str
) -> None:
    """2 for what was called wrongly, 1 for a file that cannot be used; nothing is written."""
    monkeypatch.chdir(source.parent)
    for name, text in {
        "pairs.yml": "- a",
        "chat.jsonl": '{"messages": []}\n' * 2,
        "broken.jsonl": READY.splitlines()[0] + "\n{]\n",
        "same.jsonl": '{"prompt": "a", "completion": "x"}\n{"prompt": "a", "completion": "y"}\n',
    }.items():
        Path(name).write_text(text)
    before = names(source.parent)

    result = run(*words)

    assert (result.exit_code, names(source.parent)) == (code, before)
    assert reason in " ".join(result.stderr.split())


def test_a_person_at_a_terminal_is_asked(source: Path, python: str) -> None:
    """Anything but no is yes, as with the old tool; each answer counts for its own step."""
    ours, theirs = pty.openpty()
    command = [python, "-m", "scripts.prepare_data", str(source)]
    root = Path(__file__).parents[1]

    with subprocess.Popen(command, cwd=root, stdin=theirs, stdout=subprocess.PIPE, text=True) as asked:
        os.write(ours, b"n\n\nY\n\n")
        output, _ = asked.communicate(timeout=30)
    os.close(ours)
    os.close(theirs)

    assert asked.returncode == 0
    assert output.count("[Y/n]") == 4
    assert lines(source.with_name("pairs_prepared.jsonl"))[0] == {"prompt": "What boils", "completion": " A kettle.\n"}


def test_differences_are_printed_as_a_table() -> None:
    """One line for each, without a file named."""
    result = run("--differences")

    assert (result.exit_code, len(result.output.splitlines())) == (0, len(DIFFERENCES) + 2)
