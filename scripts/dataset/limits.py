"""How long an example may be for each model: a table that people edit, each row with its source and date."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scripts.dataset.model_names import row_name

LIMITS = Path(__file__).with_name("limits.toml")


class BadLimits(Exception):
    """The table cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Tokens of one model: the longest example it is trained on whole, and prompt and answer together when asked."""

    model: str
    example_tokens: int
    context_tokens: int
    source: str
    date: date


def read_limits(path: Path = LIMITS) -> Mapping[str, Limit]:
    """Return the limits by model. Raises BadLimits naming the file."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["limit"]
        return {row["model"]: Limit(**row) for row in rows}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadLimits(f"{path}: not a table of limits: {error}; each [[limit]] has {', '.join(_KEYS)}") from error


def limit_of(model: str, limits: Mapping[str, Limit]) -> Limit | None:
    """Return the limit of a model, of its dated version's family, or of a tuned model's base; None if not known."""
    name = row_name(model, limits)
    return limits[name] if name else None


_KEYS = tuple(Limit.__dataclass_fields__)
