"""All that a turn needs from outside, in one value: create_app builds it, tests replace it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from app.core.deadline import Clock, Deadline
from app.core.persona import Persona
from app.core.prompt import Prompt
from app.core.types import Completion, RiskLevel
from app.gate import Gate
from app.limits import Limits
from app.sessions import Store
from app.sessions.flags import Flags
from app.tally import Tally

Moderate = Callable[[str, Deadline], RiskLevel]
"""What a moderation model says of a text, by the deadline; "none" for every failure."""


class Asking(Protocol):
    """A question to a model in progress; whoever asked must either `cut` it or hand it over with `then`."""

    def by(self, deadline: Deadline) -> Completion:
        """Return the model's words, those so far at the deadline. Raises ModelError when there is not one."""

    def cut(self) -> None:
        """Let the model say no more."""

    def then(self, use: Callable[[Completion | None], None]) -> None:
        """When the model is done, give its words, None for none, to `use` on another thread."""


class Models(Protocol):
    """What a turn needs of model endpoints; models.lineup.Lineup is one."""

    def ask(self, prompt: Prompt, model: str, until: Deadline) -> Asking:
        """Begin to ask; nothing goes on after `until`. Raises ModelUnasked when nobody can be asked now."""

    def ping(self, deadline: Deadline) -> None:
        """Return when the endpoint answers. Raises ModelError."""

    def down(self) -> Mapping[str, bool]:
        """Return, for each endpoint by name, whether it is left alone because it is down."""


@dataclass(frozen=True, slots=True)
class Services:
    """`model_of` is every persona's model id, `wall_clock` seconds since 1970, `background` for what no turn waits for.

    `moderate` is None where the endpoint has no moderation model. It runs on threads of its own, `moderating`: one that
    hangs must not hold up what `background` keeps of people at risk. `flags` is what this process knows of them by
    itself. `follow_ups` is how many times in a row a channel may be asked to call again for one answer; one that is
    not named cannot be asked. `pause` sleeps, for turns that wait for one another.
    """

    personas: Mapping[str, Persona]
    default_persona: str
    model_of: Mapping[str, str]
    sessions: Store
    flags: Flags
    session_ttl_s: float
    models: Models
    moderate: Moderate | None
    moderating: Executor
    background: Executor
    history_tokens: int
    gate: Gate
    tally: Tally
    limits: Limits
    follow_ups: Mapping[str, int]
    clock: Clock
    wall_clock: Clock
    pause: Callable[[float], None]
