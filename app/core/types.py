"""The values that travel through a turn. All are frozen; none knows where it came from or goes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]

TurnKind = Literal["text", "welcome", "empty", "dtmf", "slot_filling", "health_check", "goodbye", "event", "follow_up"]
"""What the channel says happened. Only `text` may reach a model; `follow_up` is Dialogflow calling again, as we asked
it to, for the answer of an earlier turn; the others are answered by rule."""

ReplySource = Literal["model", "partial", "late", "fallback", "greeting", "rule", "safety"]
"""Who found the words: the model, the model cut off by the deadline, the model in an earlier turn that it was too late
for, or one of our own fixed texts."""

FinishReason = Literal["stop", "length", "deadline", "cut"]
"""Why the model's words end: it was done, it hit max_tokens, we ran out of time, or the connection broke."""

RiskLevel = Literal["none", "third_party", "passive", "self_harm", "active", "imminent"]
"""What a person's words say about their safety, least pressing first. Each level has replies of its own."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the prompt. Words of the user only ever travel with role `user`."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of one person, whatever wire format it came in.

    `session` is the id alone (no path), empty when the request carries none: such a turn has no memory.
    `address` is what the channel itself needs to answer (ES: the session's full name, CX: the current page).
    `persona` is the persona that the request asks for by name, already looked for in tag and parameters.
    `phone_prefix` is the begin of a caller's number, no more than tells the country.
    `caller` is the address that the request came from, where callers are limited.
    `prompt` is Dialogflow's own question to the user while it fills slots.
    `follow_up` counts the times that Dialogflow was asked to call again for one answer, this time included.
    """

    channel: str
    kind: TurnKind
    text: str = ""
    session: str = ""
    address: str = ""
    language: str = ""
    origin: str = "unknown"
    is_voice: bool = False
    phone_prefix: str = ""
    intent: str = ""
    event: str = ""
    tag: str = ""
    persona: str = ""
    prompt: str = ""
    id: str = ""
    caller: str = ""
    follow_up: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the user said and what we answered. `answered` is false when our words were only a fallback line."""

    user: str
    reply: str
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Care:
    """What the safety rules remember of a person: no words, and for longer than the words are kept.

    Times are seconds since 1970, 0 for never. `fixed_turns` is how many of the next answers are still our own fixed
    words; `since_resource` counts the answers since one named a helpline.
    """

    risk: RiskLevel = "none"
    risk_at: float = 0.0
    fixed_turns: int = 0
    since_resource: int = 0
    seen_at: float = 0.0
    disclosed_at: float = 0.0
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """What is remembered of a conversation. `turns` counts all of its turns, also those whose words are not kept."""

    persona: str = ""
    exchanges: tuple[Exchange, ...] = ()
    turns: int = 0
    care: Care = Care()


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said. `tokens` is the endpoint's own count of prompt and completion, None when it gave none.

    `is_second` says that the second endpoint was asked, because the first one failed.
    """

    text: str
    model: str
    finish_reason: FinishReason
    seconds: float
    tokens: int | None = None
    is_second: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a screen found. `rule` names the pattern, may be logged, and never holds words of a person."""

    level: RiskLevel
    rule: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What we send. `text` is never empty once it leaves fulfillment.

    With a `follow_up` of 1 or more nobody sees the text: the channel is asked to call again, for that many times.
    """

    text: str
    source: ReplySource
    suggestions: tuple[str, ...] = ()
    end_session: bool = False
    follow_up: int = 0
