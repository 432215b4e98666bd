"""What is asked, as requests under keys that are the same on every run: endpoint, parameters and prompt, hashed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.prompt import Prompt
from app.models import chat, text
from scripts.evaluation.arms import Arm
from scripts.evaluation.types import Item
from scripts.generation.calls import key_of


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `expected` is the text whose likelihood is asked for, empty where words are."""

    where: str
    key: str
    path: str
    body: Mapping[str, Any]
    expected: str = ""

    @property
    def model(self) -> str:
        """The model that is asked."""
        return str(self.body["model"])


def make_call(base_url: str, where: str, path: str, body: Mapping[str, Any], expected: str = "") -> Call:
    """Return a request with its key."""
    return Call(where, key_of([base_url, path, body, expected]), path, body, expected)


def words_call(base_url: str, arm: Arm, item: Item, seed: int) -> Call:
    """Ask an arm to answer, with the sampling that the persona is served with."""
    prompt = arm.prompt(item)
    sampling = prompt.sampling
    body = {**prompt_body(prompt, arm.model), **sampling.model_dump(exclude={"stop"}), "seed": seed}
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    return make_call(base_url, f"{arm.name}, {item.id}", path_of(prompt), body)


def prompt_body(prompt: Prompt, model: str) -> dict[str, Any]:
    """Return model and prompt as this kind of model takes them."""
    return {"model": model, **(chat if prompt.text is None else text).request_body(prompt)}


def path_of(prompt: Prompt) -> str:
    """Return where this kind of model is asked."""
    return chat.PATH if prompt.text is None else text.PATH
