"""What tokens cost: money only from a price file that people edit, always with its source and date."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scripts.dataset.model_names import row_name

PRICES = Path(__file__).with_name("prices.toml")
_MILLION = 1_000_000
_EPOCHS, _MOST_EPOCHS = 3, 25
_FEWEST_SEEN, _MOST_SEEN = 100, 25_000


class BadPrices(Exception):
    """The price file cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens of one model: while it is trained, asked, and answers."""

    model: str
    training: float
    input: float
    output: float
    source: str
    date: date

    def for_training(self, tokens: int, epochs: int) -> float:
        """Return the dollars for `tokens` of training examples, seen `epochs` times."""
        return tokens * epochs * self.training / _MILLION

    def for_calls(self, input_tokens: int, output_tokens: int) -> float:
        """Return the dollars for what was asked and answered."""
        return (input_tokens * self.input + output_tokens * self.output) / _MILLION

    def __str__(self) -> str:
        return f"{self.source} ({self.date})"


def read_prices(path: Path = PRICES) -> Mapping[str, Price]:
    """Return the prices by model. Raises BadPrices naming the row that is wrong."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["price"]
        return {row["model"]: Price(**row) for row in rows}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BadPrices(f"{path}: not a price file: {error}; each [[price]] has {', '.join(_KEYS)}") from error


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """Return the price of a model: its own row, that of its dated version's family, or of a tuned model's base.

    "ft:gpt-4o-mini-2024-07-18:..." finds "gpt-4o-mini". None means: say tokens, say no money.
    """
    name = row_name(model, prices)
    return prices[name] if name else None


def default_epochs(examples: int) -> int:
    """Return how often OpenAI goes through a file when nobody says (n_epochs auto): 3, more for few, fewer for many.

    As counted in OpenAI's cookbook ("Data preparation and analysis for chat model fine-tuning", 2023): at least 100
    examples are seen in all as far as 25 epochs reach, and at most 25,000 as far as one epoch allows. An estimate.
    """
    if examples * _EPOCHS < _FEWEST_SEEN:
        return min(_MOST_EPOCHS, _FEWEST_SEEN // max(examples, 1))
    if examples * _EPOCHS > _MOST_SEEN:
        return max(1, _MOST_SEEN // examples)
    return _EPOCHS


_KEYS = tuple(Price.__dataclass_fields__)
