"""The second rail: reading the moderation model's answer, whatever it looks like."""

import json
import time

import pytest

from app.core.deadline import Deadline
from app.core.errors import ModelError
from app.core.types import RiskLevel
from app.models.endpoint import Endpoint
from app.models.moderation import level_of
from tests.loopback import answer, hang, loopback


def flagged(*categories: str) -> dict[str, object]:
    names = ("self-harm", "self-harm/intent", "self-harm/instructions", "violence")
    return {"results": [{"flagged": True, "categories": {name: name in categories for name in names}}]}


@pytest.mark.parametrize(
    ("document", "level"),
    [
        (flagged(), "none"),
        (flagged("violence"), "none"),
        (flagged("self-harm"), "passive"),
        (flagged("self-harm", "self-harm/intent"), "active"),
        (flagged("self-harm/instructions"), "active"),
        ({}, "none"),
        ([], "none"),
        (None, "none"),
        ({"results": []}, "none"),
        ({"results": [{"categories": None}]}, "none"),
        ({"results": [{"categories": {"self-harm": "yes"}}]}, "none"),
    ],
)
def test_level_of(document: object, level: RiskLevel) -> None:
    """Only a category that is flagged counts; any other shape says nothing."""
    assert level_of(document) == level


def test_moderate_asks_the_endpoint() -> None:
    """The words and the model's name go to /moderations, and the level comes back."""
    with loopback(answer(json.dumps(flagged("self-harm/intent")).encode())) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        level = endpoint.moderate("some words", "omni", Deadline(time.monotonic() + 5, time.monotonic))
        endpoint.close()

    assert level == "active"
    assert upstream.headers[0].startswith("POST /v1/moderations ")
    assert upstream.requests == [{"model": "omni", "input": "some words"}]


def test_moderate_is_back_at_the_deadline() -> None:
    """A moderation endpoint that hangs is cut off."""
    with loopback(hang()) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        started = time.monotonic()
        with pytest.raises(ModelError):
            endpoint.moderate("some words", "omni", Deadline(started + 0.3, time.monotonic))
        took_s = time.monotonic() - started
        endpoint.close()

    assert took_s < 0.8
