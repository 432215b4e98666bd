"""A plan: what an agent is and will be, row by row, and the writes that make it so. Pure; no row holds a secret."""

from collections.abc import Iterable
from dataclasses import dataclass

from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx

NONE = "none"

Part = es.Fulfillment | es.Intent | cx.Webhook | cx.Flow


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that will be different, in words for people."""

    target: str
    what: str
    before: str
    after: str

    def record(self) -> dict[str, str]:
        """Return it for JSON."""
        return {"target": self.target, "what": self.what, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Step:
    """One write. `part` is whole, as Google gave it but for the rows; `mask` names the fields that Google shall take.

    Without a mask the part is new. `language` is that of the words in it.
    """

    rows: tuple[Row, ...]
    part: Part
    mask: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that has to be written, in this order, and what somebody should know besides."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row of every step."""
        return tuple(row for step in self.steps for row in step.rows)


def steps_of(*steps: Step | None) -> tuple[Step, ...]:
    """Return those steps that change something."""
    return tuple(step for step in steps if step is not None and step.rows)


def words(lines: Iterable[str]) -> str:
    """Return short texts on one line."""
    return " | ".join(lines) or NONE
