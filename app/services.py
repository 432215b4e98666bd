"""All that a turn needs from outside, in one value: create_app builds it, tests replace it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from app.core.deadline import Clock, Deadline
from app.core.persona import Persona
from app.core.prompt import Prompt
from app.core.types import Completion, RiskLevel
from app.sessions import Sessions

Moderate = Callable[[str, Deadline], RiskLevel]
"""What a moderation model says of a text, by the deadline; "none" for every failure."""


class Models(Protocol):
    """What a turn needs of a model endpoint; models.endpoint.Endpoint is one."""

    def complete(self, prompt: Prompt, model: str, deadline: Deadline) -> Completion:
        """Return the model's words, those so far at the deadline. Raises ModelError when there is not one."""

    def ping(self, deadline: Deadline) -> None:
        """Return when the endpoint answers. Raises ModelError."""


@dataclass(frozen=True, slots=True)
class Services:
    """`model_of` is every persona's model id, `wall_clock` seconds since 1970, `background` for what no turn waits for.

    `moderate` is None where the endpoint has no moderation model.
    """

    personas: Mapping[str, Persona]
    default_persona: str
    model_of: Mapping[str, str]
    sessions: Sessions
    session_ttl_s: float
    models: Models
    moderate: Moderate | None
    background: Executor
    history_tokens: int
    clock: Clock
    wall_clock: Clock
