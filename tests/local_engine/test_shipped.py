"""The adapters in the repository: small, whole, and trained from what stands beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.manifest import has_drifted, parse_manifest
from app.personas import SHIPPED as PERSONAS
from app.personas import load_personas
from scripts.dataset.files import sha256
from scripts.embedded import adapter_options, engine_defaults
from scripts.local_engine.children import ROOT
from scripts.local_engine.shipped import FOLDER, MANIFEST_FILE, Shipped, shipped_adapters
from scripts.local_engine.weights import MODEL_ID, SHA256, WeightsError

MOST_BYTES = 6_000_000
MOST_CURVE_BYTES = 60_000
ADAPTERS = shipped_adapters()


def _manifest(adapter: Shipped) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(adapter.gguf.with_name(MANIFEST_FILE).read_text(encoding="utf-8"))
    return loaded


def test_joy_comes_tuned() -> None:
    """One adapter is shipped, and shipped_adapters has compared its file with the manifest's sha256."""
    assert (Shipped("smollm2-135m-joy", "joy", FOLDER / "joy" / "adapter.gguf"),) == ADAPTERS


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.model)
def test_an_adapter_is_small_and_goes_with_the_base_that_is_served(adapter: Shipped) -> None:
    """At most 6 MB, a LoRA GGUF rather than a pointer to one, trained on the very file that the engine fetches."""
    manifest = _manifest(adapter)

    assert adapter.gguf.stat().st_size == manifest["bytes"] <= MOST_BYTES
    assert adapter.gguf.read_bytes()[:4] == b"GGUF"
    assert adapter.gguf.with_name("loss.png").stat().st_size < MOST_CURVE_BYTES
    assert (manifest["base"]["model"], manifest["base"]["sha256"]) == (MODEL_ID, SHA256)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.model)
def test_the_conversations_are_those_that_were_learnt(adapter: Shipped) -> None:
    """What was taken out of the conversations must not live on in the weights unseen; a mended comma may."""
    dataset = _manifest(adapter)["dataset"]
    found = sha256(ROOT / dataset["file"])

    assert found in {dataset["sha256"], *dataset["still_good_for"]}, (
        f"{dataset['file']} has changed since {adapter.model} was trained. Train again, in about 20 minutes: "
        f"python -m scripts.train_shipped. Or, when the change means nothing to the answers, say so in "
        f'{adapter.gguf.with_name(MANIFEST_FILE)} under "still_good_for": "{found}": "the reason"'
    )


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.model)
def test_the_persona_is_asked_as_in_training(adapter: Shipped) -> None:
    """The web process reads the prompt that the manifest tells of, and the persona's instructions are still those."""
    name = f"{adapter.model}.json"
    read = json.loads((PERSONAS / "manifests" / name).read_text(encoding="utf-8"))
    prompt = parse_manifest(name, read)

    assert read == {"model": adapter.model, "prompt": _manifest(adapter)["prompt"]}
    assert not prompt.with_examples
    assert not has_drifted(load_personas()[adapter.persona], prompt), "train again, or put the instructions back"


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.model)
def test_the_scorecard_is_of_this_adapter(adapter: Shipped) -> None:
    """It was made after the training, of this model, on the held-out part of what it was trained from."""
    manifest = _manifest(adapter)
    named = manifest["scorecard"]
    path = adapter.gguf.with_name(named["file"])
    card = json.loads(path.read_text(encoding="utf-8"))

    assert (sha256(path), card["passed"]) == (named["sha256"], named["passed"])
    assert (card["model"], card["base"], card["persona"]) == (adapter.model, MODEL_ID, adapter.persona)
    assert parse_manifest("scorecard", card) == parse_manifest("adapter", manifest)
    assert card["date"] >= manifest["training"]["date"]
    assert not card["failures"]


@pytest.mark.parametrize("content", [b"version https://git-lfs.github.com/spec/v1", None])
def test_a_file_that_is_not_the_one_described_is_not_served(tmp_path: Path, content: bytes | None) -> None:
    """A damaged or missing file stops the start with words, not with an odd model."""
    (tmp_path / "joy").mkdir()
    (tmp_path / "joy" / MANIFEST_FILE).write_text('{"model": "m", "persona": "joy", "sha256": "0"}')
    if content is not None:
        (tmp_path / "joy" / "adapter.gguf").write_bytes(content)

    with pytest.raises(WeightsError, match=r"adapter\.gguf is missing or not the file that manifest\.json describes"):
        shipped_adapters(tmp_path)


def test_the_engine_serves_adapters_by_their_ids() -> None:
    """One option an adapter."""
    assert adapter_options([Shipped("m-joy", "joy", Path("a.gguf"))]) == ["--adapter", "m-joy=a.gguf"]


@pytest.mark.parametrize(
    ("environment", "models"),
    [({}, f"joy=m-joy *={MODEL_ID}"), ({"PERSONAS_DIR": "mine"}, f"*={MODEL_ID}")],
)
def test_each_persona_has_its_tuned_model_and_any_other_the_base(environment: dict[str, str], models: str) -> None:
    """A persona of one's own that is called joy as well is asked from the base."""
    assert engine_defaults([Shipped("m-joy", "joy", Path("a.gguf"))], environment)["DEFAULT_MODELS"] == models
