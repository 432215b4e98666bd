"""The values of an evaluation. All are frozen."""

from dataclasses import dataclass
from typing import Literal, get_args

from app.core.types import Exchange

Kind = Literal["held_out", "identity", "medical", "everyday", "safety"]
"""held_out: from the dataset's test split. The others are kinds of probes: see probes.py."""

ArmName = Literal["base", "prompted", "tuned"]
ARMS: tuple[ArmName, ...] = get_args(ArmName)


class BadInput(Exception):
    """What is to be evaluated cannot be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Item:
    """Words of a user that are to be answered.

    `unit` is what it shares with items that are not independent of it: those of one conversation. `reference` is the
    answer that a person wrote, empty for probes.
    """

    id: str
    kind: Kind
    unit: str
    text: str
    history: tuple[Exchange, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an arm said, as the webhook would show it but for its screens. `finish_reason` is the endpoint's word."""

    text: str
    finish_reason: str

    @property
    def is_filtered(self) -> bool:
        """Whether the endpoint's own filter kept the words back."""
        return self.finish_reason in {"content_filter", "refusal"}
