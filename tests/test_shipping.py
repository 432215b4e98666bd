"""From a finished job to the files of an adapter in the repository."""

import hashlib
import json
from pathlib import Path
from typing import Any

from PIL import Image

from scripts.local_engine.shipped import Shipped, shipped_adapters
from scripts.local_engine.trainer.order import checkpoint_folder
from scripts.local_training import Recipe
from scripts.shipping import SAMPLING, Places, ship

JOB = "ftjob-1"
RECIPE = Recipe("chat_transcripts", Path("talks.yml"), "joy")
NUMBERS = {"train_loss": 2.0, "full_valid_loss": 2.5, "full_valid_mean_token_accuracy": 0.5}


class _Commands:
    """Answers as scripts.finetune does after a job of two epochs whose first was the better one."""

    def run(self, module: str, *arguments: str) -> None:
        assert (module, *arguments[:2]) == ("scripts.finetune", "results", JOB)
        out = Path(arguments[3])
        out.mkdir()
        Image.new("RGBA", (90, 50), "#446688").save(out / "loss.png")

    def ask(self, module: str, *arguments: str) -> Any:
        assert (module, arguments[1]) == ("scripts.finetune", JOB)
        return {"show": _job(), "checkpoints": _checkpoints()}[arguments[0]]


def _job() -> dict[str, Any]:
    numbers = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 1.0}
    return {
        "method": {"type": "supervised"},
        "hyperparameters": numbers,
        "seed": 7,
        "trained_tokens": 99,
        "finished_at": 1_795_219_200,
    }


def _checkpoints() -> dict[str, Any]:
    kept = [{"id": f"c{step}", "step_number": step, "metrics": {"step": step, **NUMBERS}} for step in (3, 6)]
    return {"checkpoints": kept, "best": "c3"}


def _work(folder: Path) -> Path:
    """Make what a training leaves: the dataset's manifest and the adapters of two checkpoints."""
    counts = {split: {"examples": size} for split, size in (("train", 8), ("validation", 1), ("test", 1))}
    dataset = {
        "inputs": [{"name": "talks.yml", "bytes": 3, "sha256": "d" * 64}],
        "licences": {"MIT": 10},
        "split": {"train": 80, "validation": 10, "test": 10, "seed": 0},
        "counts": counts,
        "prompt": {"format": "chat"},
    }
    (folder / "dataset").mkdir(parents=True)
    (folder / "dataset" / "manifest.json").write_text(json.dumps(dataset))
    for step in (3, 6):
        place = checkpoint_folder(folder / "engine" / "jobs" / JOB, step)
        place.mkdir(parents=True)
        (place / "adapter.gguf").write_bytes(f"weights of step {step}".encode())
        (place / "adapter_config.json").write_text('{"r": 8, "lora_alpha": 16, "target_modules": ["v_proj", "q_proj"]}')
    return folder


def test_the_best_checkpoint_is_shipped_with_all_that_made_it(tmp_path: Path) -> None:
    """Weights, manifest, curve and the web process's own file; the manifest says from what and how it was trained."""
    places = Places(_work(tmp_path / "work"), tmp_path / "adapters" / "joy", tmp_path / "manifests")

    written = ship(JOB, "tiny-joy", RECIPE, places, _Commands())

    manifest = json.loads(written.read_text())
    prompt = {"format": "chat", "sampling": SAMPLING}
    with Image.open(places.adapter / "loss.png") as curve:
        assert (curve.mode, curve.size) == ("P", (90, 50))
    assert shipped_adapters(tmp_path / "adapters") == (Shipped("tiny-joy", "joy", places.adapter / "adapter.gguf"),)
    assert json.loads((tmp_path / "manifests" / "tiny-joy.json").read_text()) == {"model": "tiny-joy", "prompt": prompt}
    assert manifest["sha256"] == hashlib.sha256(b"weights of step 3").hexdigest()
    assert manifest["dataset"]["sha256"] == "d" * 64
    assert manifest["training"] == {
        "command": "python -m scripts.train_shipped",
        "method": "supervised",
        "hyperparameters": _job()["hyperparameters"],
        "seed": 7,
        "lora": {"rank": 8, "alpha": 16, "layers": ["q_proj", "v_proj"]},
        "trained_tokens": 99,
        "step": 3,
        "checkpoints": [{"step": 3, **NUMBERS}, {"step": 6, **NUMBERS}],
        "date": "2026-11-21",
    }
