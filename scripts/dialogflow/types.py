"""The values that travel through a simulated conversation. All are frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self

from scripts.dataset.types import Finding

Json = dict[str, Any]
Origin = Literal["console", "api", "messenger", "facebook", "telegram", "slack", "telephony", "google"]
"""Where a person talks: Google's console, a program of one's own, Dialogflow Messenger, Facebook Messenger, ..."""

MAX_ANSWER_BYTES = 64 * 1024  # both editions refuse more ("Webhook service" and "Webhooks", read 2026-11)


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same through a conversation. `tag` is CX's, `caller` the number that telephony tells."""

    session: str
    language: str = "en"
    origin: Origin = "console"
    tag: str = "joy"
    intent: str = ""
    caller: str = "+15550100"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """One thing that a person does: says words, presses keys (CX), or causes an event. Empty fields: as the setting."""

    kind: Literal["text", "event", "keys"]
    value: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    intent: str = ""
    tag: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What came back over the wire, whole or cut just above the limit. `seconds` is from the first byte sent."""

    status: int
    content_type: str
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A call without an answer: why, and whether CX would call once more."""

    finding: Finding
    seconds: float
    is_transient: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person sees or hears. `rows` are words for what is neither text nor a suggestion: cards, payloads."""

    texts: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The event that an answer asks for in place of words (ES)."""

    event: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the webhook. `event` is the follow-up event that caused it, `attempt` counts from 1.

    `status` is None when no whole answer came.
    """

    seconds: float
    request: Json
    event: str = ""
    attempt: int = 1
    status: int | None = None
    size: int = 0
    answer: Json | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether Dialogflow would take this answer."""
        return self.answer is not None and not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one query: every call, and what the person is shown at the end of `seconds`.

    `findings` are those of all calls, then what is wrong with the turn as a whole. `is_own` says that the words are
    the webhook's, and not those that the agent keeps for when its webhook fails.
    """

    query: Query
    calls: tuple[Call, ...]
    shown: Shown
    is_own: bool
    is_end: bool = False
    source: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def seconds(self) -> float:
        """How long the person waited."""
        return sum(call.seconds for call in self.calls)

    @property
    def is_good(self) -> bool:
        """Whether the person was answered by the webhook and nothing was wrong."""
        return self.is_own and not any(finding.severity == "error" for finding in self.findings)


class Talk(Protocol):
    """A conversation as one edition of Dialogflow keeps it; never changed, each step gives the next."""

    @property
    def channel(self) -> Literal["es", "cx"]:
        """The edition."""

    @property
    def attempts(self) -> int:
        """How often a call is tried that fails for a passing reason."""

    def hear(self, query: Query, now: float) -> Self:
        """Return the talk at the moment when its webhook is called. `now` is in seconds, of any clock."""

    def request(self, query: Query, turn_id: str) -> Json:
        """Return the body that the webhook is sent."""

    def heed(self, answer: Json, now: float) -> Self:
        """Return the talk after an answer in Google's own spelling."""

    def follow_up(self, answer: Json) -> FollowUp | None:
        """Return the event to call with next, None when the answer is for the person."""

    def show(self, answer: Json) -> Shown:
        """Return what the person is shown."""

    def show_failure(self, finding: Finding) -> Shown:
        """Return what the person is shown when the webhook failed."""

    def is_end(self, answer: Json) -> bool:
        """Return whether the session ends with this answer."""

    def problems(self, answer: Json) -> tuple[Finding, ...]:
        """Return what is wrong with an answer although its types are right."""
