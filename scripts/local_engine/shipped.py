"""The adapters that come with the project: tuned from the default model, a LoRA GGUF and a manifest each, in adapters/.

scripts/serve has the engine serve them; python -m scripts.train_shipped makes them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from scripts.dataset.files import sha256
from scripts.local_engine.trainer.order import GGUF_FILE
from scripts.local_engine.weights import WeightsError

FOLDER = Path(__file__).parent / "adapters"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Shipped:
    """An adapter: the model id that it is served by, and whose persona it speaks as."""

    model: str
    persona: str
    gguf: Path


def shipped_adapters(folder: Path = FOLDER) -> tuple[Shipped, ...]:
    """Return every adapter of a folder, by name. Raises WeightsError for a file that its manifest does not describe."""
    return tuple(_read(manifest) for manifest in sorted(folder.glob(f"*/{MANIFEST_FILE}")))


def _read(path: Path) -> Shipped:
    manifest = json.loads(path.read_text(encoding="utf-8"))
    gguf = path.with_name(GGUF_FILE)
    if not gguf.is_file() or sha256(gguf) != manifest["sha256"]:
        raise WeightsError(f"{gguf} is missing or not the file that {path.name} describes; restore it: git checkout")
    return Shipped(manifest["model"], manifest["persona"], gguf)
