"""How the tests of the model endpoint ask it."""

import time

from app.core.deadline import Deadline
from app.core.persona import Sampling
from app.core.prompt import Prompt
from app.core.types import Completion, Message
from app.models.endpoint import Endpoint

CHAT = Prompt((Message("system", "Be kind."), Message("user", "Hello")), Sampling(stop=("User:",)))
TEXT = Prompt((Message("user", "Hello"),), Sampling(stop=(" END",)), text="Hello ->")


def within(seconds: float) -> Deadline:
    """Return a deadline so far from now."""
    return Deadline(time.monotonic() + seconds, time.monotonic)


def ask(base_url: str, prompt: Prompt = CHAT, seconds: float = 5.0, is_streamed: bool = True) -> Completion:
    """Ask an endpoint of its own."""
    endpoint = Endpoint(base_url, "a-key", max_calls=2, is_streamed=is_streamed)
    try:
        return complete(endpoint, prompt, "some-model", seconds)
    finally:
        endpoint.close()


def complete(endpoint: Endpoint, prompt: Prompt, model: str, seconds: float) -> Completion:
    """Ask as a turn does that waits for no late answer."""
    asking = endpoint.ask(prompt, model, within(seconds + 10))
    try:
        return asking.by(within(seconds))
    finally:
        asking.cut()
