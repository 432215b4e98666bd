"""The wire formats that we speak, one module each: `NAME`, `FOLLOW_UP_EVENTS`, `claims`, `parse`, `render`.

A channel translates; it decides nothing. To add one, write the module and name it in CHANNELS: the contract tests run
over whatever stands there.
"""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from app.channels import dialogflow_cx, dialogflow_es
from app.core.errors import BadRequest
from app.core.types import Reply, Turn

MAX_RESPONSE_BYTES = 64 * 1024  # both Dialogflow editions refuse more ("Webhook service", read 2026-11)


class Channel(Protocol):
    """What a module of this package offers."""

    NAME: str
    FOLLOW_UP_EVENTS: tuple[str, ...]
    """The events that make Dialogflow call again for the answer of a turn, in their order; empty where none do."""

    def claims(self, body: Mapping[str, Any]) -> bool:
        """Return whether the body is a request in this format."""

    def parse(self, body: Mapping[str, Any]) -> Turn:
        """Return the turn. Raises BadRequest naming the field when the body cannot be understood."""

    def render(self, turn: Turn, reply: Reply) -> dict[str, Any]:
        """Return the answer in this format, not yet bounded in size."""


CHANNELS: tuple[Channel, ...] = cast("tuple[Channel, ...]", (dialogflow_es, dialogflow_cx))


def detect(body: object) -> Channel:
    """Return the channel that a JSON body belongs to.

    Raises BadRequest for anything that is not a request of Dialogflow ES v2 or CX v3, api.ai v1 by name.
    """
    if not isinstance(body, Mapping):
        raise BadRequest("the body must be a JSON object, as Dialogflow sends it")
    for channel in CHANNELS:
        if channel.claims(body):
            return channel
    if "result" in body:
        raise BadRequest(
            "this is an api.ai V1 request, which Google retired in 2018; "
            "switch the agent to the V2 API in its settings (General, API version)"
        )
    raise BadRequest(
        "this is no Dialogflow request: "
        "expected queryResult (ES v2), or fulfillmentInfo, sessionInfo or pageInfo (CX v3)"
    )
