"""What one evaluation is made of, which requests that takes, and the most they can cost."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from app.core.manifest import PromptManifest
from app.core.persona import Persona
from app.core.types import Message
from scripts.dataset.cost import Price, price_of
from scripts.dataset.tokens import NO_TOKENS, TokenCount, count_messages, count_text
from scripts.evaluation.arms import Arm
from scripts.evaluation.calls import Call, words_call
from scripts.evaluation.judge import is_judged, judge_calls
from scripts.evaluation.losses import Way, loss_call
from scripts.evaluation.types import Item, Spoken
from scripts.generation.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of whom. `prompt` is how the tuned model was trained; `judge` is a model's id, None for none."""

    base_url: str
    persona: Persona
    prompt: PromptManifest
    arms: Sequence[Arm]
    items: Sequence[Item]
    seed: int
    judge: str | None = None

    def words(self) -> Mapping[tuple[str, str], Call]:
        """Return the request of each (arm, item), item by item, so that every model is asked from the start."""
        return {
            (arm.name, item.id): words_call(self.base_url, arm, item, self.seed)
            for item in self.items
            for arm in self.arms
        }

    def losses(self, way: Way) -> Mapping[tuple[str, str], Call]:
        """Return the request of each (arm, item) that has a reference to weigh."""
        calls = {
            (arm.name, item.id): loss_call(self.base_url, arm, item, way)
            for item in self.items
            for arm in self.arms
            if item.reference
        }
        return {key: call for key, call in calls.items() if call is not None}

    def judgements(
        self, prompted: Mapping[str, Spoken], tuned: Mapping[str, Spoken]
    ) -> Mapping[str, tuple[Call, Call]]:
        """Return both requests to the judge for each item where there is something to judge; none without a judge."""
        if self.judge is None:
            return {}
        return {
            item.id: judge_calls(self.base_url, self.judge, item, self.persona, prompted[item.id], tuned[item.id])
            for item in self.items
            if is_judged(item, prompted.get(item.id), tuned.get(item.id))
        }


def sampled(items: Sequence[Item], limit: int | None, seed: int) -> Sequence[Item]:
    """Return at most `limit` items by chance, in their order; the same seed chooses the same."""
    if limit is None or limit >= len(items):
        return items
    chosen = sorted(Random(seed).sample(range(len(items)), limit))
    return [items[place] for place in chosen]


def estimates(plan: Plan, kept: Container[str], prices: Mapping[str, Price]) -> Iterator[Estimate]:
    """Yield what is still to be asked of each model: answers, the likelihood of references, judgements."""
    by_model: dict[str, list[Call]] = {}
    for call in (*plan.words().values(), *plan.losses("forced").values(), *_unknown_judgements(plan)):
        if call.key not in kept:
            by_model.setdefault(call.model, []).append(call)
    for model, calls in by_model.items():
        tokens = sum((_input(call) for call in calls), start=NO_TOKENS)
        most = sum(_most_output(call) for call in calls)
        yield Estimate(len(calls), tokens, most, model, price_of(model, prices))


def is_free(estimate: Estimate) -> bool:
    """Whether the price file says that a model costs nothing."""
    price = estimate.price
    return price is not None and not price.input and not price.output


def _unknown_judgements(plan: Plan) -> Iterator[Call]:
    """Yield judgements as long as they can become: between answers that take all the room there is."""
    longest = plan.persona.sampling.max_tokens
    spoken = {item.id: Spoken(" ".join(["word"] * longest), "stop") for item in plan.items}
    other = {
        item.id: replace(said, text=f"{said.text}.") for item, said in zip(plan.items, spoken.values(), strict=True)
    }
    for pair in plan.judgements(spoken, other).values():
        yield from pair


def _input(call: Call) -> TokenCount:
    if "prompt" in call.body:
        return count_text(call.body["prompt"], call.model)
    return count_messages((Message(m["role"], m["content"]) for m in call.body["messages"]), call.model)


def _most_output(call: Call) -> int:
    """Return the most tokens that can come back; a reference comes back as long as it is."""
    return count_text(call.expected, call.model).tokens if call.expected else int(call.body["max_tokens"])
