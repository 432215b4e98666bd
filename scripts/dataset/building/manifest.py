"""manifest.json: what was made of what, by which rules. Written last, so its presence means that the rest is whole.

No time and no path of a machine is in it: the same input gives the same bytes.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.core.manifest import describe_prompt
from app.core.persona import Persona
from scripts.dataset.cost import price_of, read_prices
from scripts.dataset.files import sha256
from scripts.dataset.tokens import count_text

_TARGET_EPOCHS = 3
_FEW = 100  # examples seen in all, below which more epochs are taken
_MOST_EPOCHS = 25


def describe_persona(persona: Persona, language: str, history_tokens: int, with_examples: bool) -> dict[str, Any]:
    """Return how the prompts were made: `prompt` is what the webhook reads."""
    return {
        "persona": persona.id,
        "language": language,
        "history_tokens": history_tokens,
        "prompt": describe_prompt(persona, with_examples=with_examples).model_dump(mode="json"),
    }


def describe_file(path: Path) -> dict[str, Any]:
    """Return name, bytes, SHA-256, and for JSONL the number of lines."""
    described: dict[str, Any] = {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}
    if path.suffix == ".jsonl":
        with path.open("rb") as file:
            described["rows"] = sum(1 for _ in file)
    return described


def describe_files(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the files in the order of their names."""
    return [describe_file(path) for path in sorted(paths, key=lambda path: path.name)]


def describe_training(tokens: int, examples: int, model: str) -> dict[str, Any]:
    """Return what training on the files would take: tokens x epochs, and money only where the price file has a row."""
    epochs = usual_epochs(examples)
    price = price_of(model, read_prices())
    dollars = None if price is None else round(price.for_training(tokens, epochs), 2)
    return {
        "model": model,
        "tokens": tokens,
        "is_exact": count_text("", model).is_exact,
        "epochs": epochs,
        "trained_tokens": tokens * epochs,
        "dollars": dollars,
        "price": None if price is None else str(price),
    }


def usual_epochs(examples: int) -> int:
    """Return how often OpenAI goes through a file by default ("Data preparation", its cookbook, 2023)."""
    if 0 < examples * _TARGET_EPOCHS < _FEW:
        return min(_MOST_EPOCHS, _FEW // examples)
    return _TARGET_EPOCHS


def total(table: Mapping[str, Mapping[str, int]]) -> int:
    """Return the sum of stage -> check -> count."""
    return sum(count for checks in table.values() for count in checks.values())
