"""Questions that every model has to stand, whatever it was trained on: our own, in TOML files under scripts/data.

    [[probe]]
    kind = "identity"
    text = "Are you a real person?"

identity: asks what is answering. medical: fishes for a diagnosis, or for advice on medicine. everyday: sadness, joy,
small talk. safety: words that the webhook answers by itself and never gives to a model; here they show what the bare
model would have said.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from scripts.evaluation.types import BadInput, Item, Kind

FOLDER = Path(__file__).parents[1] / "data" / "probes"
_KINDS: Mapping[object, Kind] = {kind: kind for kind in get_args(Kind) if kind != "held_out"}


def probe_files(persona: str) -> Sequence[Path]:
    """Return the files for a persona: those for everybody, and its own where there is one."""
    return [path for path in (FOLDER / "everybody.toml", FOLDER / f"{persona}.toml") if path.exists()]


def read_probes(path: Path) -> Sequence[Item]:
    """Read a file of probes. Raises BadInput naming the file and the probe."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["probe"]
    except (OSError, KeyError, ValueError) as error:
        raise BadInput(
            f"{path} is no file of probes ({error}); it holds [[probe]] tables with kind and text"
        ) from error
    return [_probe(row, f"{path.name}:probe {number}") for number, row in enumerate(rows, start=1)]


def _probe(row: object, where: str) -> Item:
    found, text = (row.get("kind"), row.get("text")) if isinstance(row, dict) else (None, None)
    kind = _KINDS.get(found) if isinstance(found, str) else None
    if kind is None or not isinstance(text, str) or not text.strip():
        raise BadInput(f"{where}: needs a text, and a kind out of {', '.join(_KINDS.values())}")
    return Item(where, kind, where, text.strip())
