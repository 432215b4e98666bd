"""What is held out: the answers of the test split, each with what was said before it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.core.manifest import PromptManifest
from app.core.types import Exchange
from app.personas import load_personas
from scripts.build_dataset import main as build_dataset
from scripts.dataset.files import sha256
from scripts.evaluation.held_out import read_held_out
from scripts.evaluation.types import BadInput, Item
from tests.evaluation.world import write_dataset

JOY = load_personas()["joy"]
SAMPLE = Path(__file__).parents[2] / "scripts" / "data" / "joy.yml"


def test_each_learned_answer_is_an_item(tmp_path: Path) -> None:
    """Shown examples are no conversation; an answer of weight 0 is only remembered; later answers know the earlier."""
    shown = JOY.examples[0]
    messages = [
        {"role": "system", "content": "..."},
        {"role": "user", "content": shown.user},
        {"role": "assistant", "content": shown.assistant, "weight": 0},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "1", "weight": 0},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": "2"},
    ]
    write_dataset(tmp_path, [{"messages": messages}, {"messages": messages[3:5]}], PromptManifest(format="chat"))

    held_out = read_held_out(tmp_path, JOY)

    where = "chat_test.jsonl:1"
    assert held_out.items == [Item(f"{where}#3", "held_out", where, "two", (Exchange("one", "1"),), "2")]
    assert (held_out.language, held_out.history_tokens) == ("en", 1_000)
    assert held_out.manifest_sha256 == sha256(tmp_path / "manifest.json")


def test_a_built_dataset_is_read_whole(tmp_path: Path) -> None:
    """As many items as the dataset counts answers in its test split."""
    words = ["chat_transcripts", str(SAMPLE), "--persona", "joy", "--out", str(tmp_path / "joy"), "--json"]
    built = CliRunner().invoke(build_dataset, words)

    held_out = read_held_out(tmp_path / "joy", JOY)

    assert len(held_out.items) == json.loads(built.stdout)["test"]["answers"]
    assert {item.reference for item in held_out.items} & {"", None} == set()


def test_prepared_rows_are_read_without_their_marks(tmp_path: Path) -> None:
    """prepare_data's validation rows: the bare question, the bare answer."""
    file = tmp_path / "pairs_prepared_valid.jsonl"
    file.write_text(json.dumps({"prompt": "12, boy, invisible ->", "completion": " They call him Fog. END"}) + "\n")
    prompt = PromptManifest(format="text", with_instructions=False, memory=False)
    manifest = {
        "tool": "scripts.prepare_data",
        "prompt": prompt.model_dump(),
        "files": [{"file": "train.jsonl", "sha256": "0"}, {"file": file.name, "sha256": sha256(file)}],
    }
    place = tmp_path / "pairs_prepared.manifest.json"
    place.write_text(json.dumps(manifest))

    where = f"{file.name}:1"
    assert read_held_out(place, JOY).items == [
        Item(where, "held_out", where, "12, boy, invisible", reference="They call him Fog.")
    ]


def test_a_split_that_changed_is_refused(tmp_path: Path) -> None:
    """A scorecard names the dataset by its hash, so the hash must be true."""
    write_dataset(tmp_path, [])
    (tmp_path / "chat_test.jsonl").write_text("{}\n")

    with pytest.raises(BadInput, match=r"chat_test\.jsonl is not what .*manifest\.json says"):
        read_held_out(tmp_path, JOY)


@pytest.mark.parametrize("content", ["", "{", '{"prompt": {"format": "chat"}}'])
def test_what_is_no_dataset_is_refused(tmp_path: Path, content: str) -> None:
    """The message says how to build one."""
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(BadInput, match="build_dataset"):
        read_held_out(tmp_path, JOY)
