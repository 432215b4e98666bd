"""What the calls still to be made will cost: tokens always, money only where the price file knows the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.core.types import Message
from scripts.dataset.cost import Price
from scripts.dataset.tokens import TokenCount, count_messages
from scripts.generation.calls import Call


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens in, counted; tokens out, the most there can be, since most answers end sooner."""

    calls: int
    input: TokenCount
    most_output: int
    model: str
    price: Price | None

    def __str__(self) -> str:
        return f"{self.calls:,} calls, {self.input} tokens in, at most {self.most_output:,} out; {self._money()}"

    def _money(self) -> str:
        if self.price is None:
            return f"no price known for {self.model}: add one to scripts/dataset/prices.toml to see money"
        cost = self.price.for_calls(self.input.tokens, self.most_output)
        return f"at most {dollars(cost)} by {self.price}{self._hint()}"

    def _hint(self) -> str:
        """Say that the file's prices are those of tuned models, where that can make a difference."""
        is_own = self.model.startswith("ft:") or self.price is None or not self.price.output
        return "" if is_own else "; these are a tuned model's prices, an untuned one costs no more"


def estimate(calls: Sequence[Call], most_tokens: int, model: str, price: Price | None) -> Estimate:
    """Return what these calls will cost, when each answer is as long as `most_tokens` lets it be."""

    @cache
    def count(messages: tuple[tuple[str, str], ...]) -> TokenCount:
        return count_messages((Message("user", text) for _, text in messages), model)

    counts = [count(tuple((m["role"], m["content"]) for m in call.body["messages"])) for call in calls]
    tokens = TokenCount(sum(c.tokens for c in counts), all(c.is_exact for c in counts))
    return Estimate(len(calls), tokens, len(calls) * most_tokens, model, price)


def spent(input_tokens: int, output_tokens: int, price: Price | None) -> str:
    """Return what has been used so far, in a few words for the progress line."""
    tokens = f"{input_tokens:,} tokens in, {output_tokens:,} out"
    return f"{tokens}, {dollars(price.for_calls(input_tokens, output_tokens))}" if price else tokens


def dollars(amount: float) -> str:
    """Return an amount with as many digits as it takes to see that it is not nothing."""
    return f"${amount:,.2f}" if amount == 0 or amount >= 1 else f"${amount:.4f}"
