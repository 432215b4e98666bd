"""What a training is asked to do: one JSON file in the job's folder, written before the trainer starts."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from scripts.dataset.files import write_whole

Method = Literal["supervised", "dpo"]

REQUIREMENTS = "scripts/local_engine/requirements-training.txt"
INSTALL = f"what training needs is installed by {sys.executable} -m pip install -r {REQUIREMENTS}"

ORDER_FILE = "order.json"
RESULTS_FILE = "results.csv"
RESUME_FILE = "resume.pt"
GGUF_FILE = "adapter.gguf"  # in the folder of each adapter, beside PEFT's own files


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that decides the adapter: the same order on the same machine gives the same bytes.

    `base` is a GGUF file or a Hugging Face folder. `parent` is the PEFT adapter to go on from. `beta` is for DPO.
    `learning_rate_multiplier` is a factor on the trainer's own rate. `max_tokens` bounds an example.
    """

    base: str
    training_file: str
    validation_file: str | None
    method: Method
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    beta: float
    seed: int
    threads: int
    max_tokens: int
    parent: str | None = None


def checkpoint_folder(folder: Path, step: int) -> Path:
    """Return where a job's folder keeps the adapter of a step."""
    return folder / "checkpoints" / f"step-{step}"


def write_order(folder: Path, order: Order) -> None:
    """Write the order into a job's folder, whole or not at all."""
    write_whole(folder / ORDER_FILE, json.dumps(asdict(order), indent=2) + "\n")


def read_order(folder: Path) -> Order:
    """Return the order of a job's folder. Raises OSError or ValueError when there is none that can be read."""
    return Order(**json.loads((folder / ORDER_FILE).read_text(encoding="utf-8")))
