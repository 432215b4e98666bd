"""The model that is served and trained: the default, a GGUF file, or a Hugging Face folder with a GGUF file in it.

llama.cpp serves GGUF only, and makes adapters fit whatever precision that has. Training reads the safetensors of a
folder where there are any, else the GGUF itself.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.local_engine.errors import EngineError
from scripts.local_engine.weights import MODEL_ID, fetch_weights

_ODD = re.compile(r"[^a-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Base:
    """A base model: its name, what llama.cpp serves, and what the trainer reads (a GGUF file or a folder)."""

    id: str
    gguf: Path
    trained_from: Path


def find_base(choice: Path | None, models: Path) -> Base:
    """Return the base that was chosen, or the default one, fetched into `models` when it is not there.

    Raises WeightsError or EngineError saying what is missing.
    """
    if choice is None:
        default = fetch_weights(models)
        return Base(MODEL_ID, default, default)
    choice = choice.resolve()
    if choice.is_dir():
        return _from_folder(choice)
    if choice.suffix != ".gguf" or not choice.is_file():
        raise EngineError(f"{choice} is no GGUF file and no folder with one; name the model with --base")
    return Base(_name(choice.stem), choice, choice)


def _from_folder(folder: Path) -> Base:
    found = sorted(folder.glob("*.gguf"))
    if len(found) != 1:
        said = "make one with llama.cpp's convert_hf_to_gguf.py" if not found else "name one of them with --base"
        raise EngineError(f"{folder} holds {len(found)} GGUF files, and one is to be served: {said}")
    has_weights = (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))
    return Base(_name(folder.name), found[0], folder if has_weights else found[0])


def _name(words: str) -> str:
    return _ODD.sub("-", words.lower()).strip("-")
