"""The calls: what the endpoint sends, however broken, is a value of ours or one of three errors."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from scripts.endpoint import Address, CallFailed, RunStopped, TryLater
from scripts.finetuning.endpoint import Endpoint
from tests.finetuning.server import Server

CALLS: dict[str, Callable[[Endpoint], Any]] = {
    "files": lambda endpoint: list(endpoint.files()),
    "file": lambda endpoint: endpoint.file("file-1"),
    "upload": lambda endpoint: endpoint.upload("train.jsonl", io.BytesIO(b"{}\n")),
    "begin_upload": lambda endpoint: endpoint.begin_upload("train.jsonl", 3),
    "add_part": lambda endpoint: endpoint.add_part("upload_1", b"{}\n"),
    "complete_upload": lambda endpoint: endpoint.complete_upload("upload_1", ["part_1"], "0"),
    "create_job": lambda endpoint: endpoint.create_job({"model": "m", "training_file": "file-1"}),
    "job": lambda endpoint: endpoint.job("ftjob-1"),
    "jobs": lambda endpoint: endpoint.jobs(5, {"run_id": "1"}),
    "events": lambda endpoint: list(endpoint.events("ftjob-1")),
    "checkpoints": lambda endpoint: endpoint.checkpoints("ftjob-1"),
    "cancel": lambda endpoint: endpoint.steer("ftjob-1", "cancel"),
    "models": lambda endpoint: endpoint.models(),
    "delete_model": lambda endpoint: endpoint.delete_model("ft:m:me:joy:1"),
}
BROKEN: list[Any] = [
    b"",
    b"<html>",
    b"{",
    b"\xff",
    None,
    [],
    "words",
    5,
    {},
    {"data": None},
    {"data": [1]},
    {"data": [{"id": 5}]},
]


@pytest.fixture
def endpoint(server: Server) -> Endpoint:
    return Endpoint(Address(server.base_url, "key"), timeout_s=5)


@pytest.mark.parametrize("name", CALLS)
def test_broken_bodies_may_have_been_carried_out(server: Server, endpoint: Endpoint, name: str) -> None:
    """Every kind of broken body, of every call, is TryLater, as nobody knows what became of the request."""
    for body in BROKEN:
        server.before = lambda method, path, body=body: (200, body)  # type: ignore[misc]

        with pytest.raises(TryLater):
            CALLS[name](endpoint)


@pytest.mark.parametrize("name", CALLS)
def test_statuses_are_told_apart(server: Server, endpoint: Endpoint, name: str) -> None:
    """Later, never, or not with this key; nothing is tried twice by itself."""
    expected = {500: TryLater, 429: TryLater, 400: CallFailed, 404: CallFailed, 403: CallFailed, 401: RunStopped}
    for status, error in expected.items():
        server.before = lambda method, path, status=status: (status, {"error": {"message": "no"}})  # type: ignore[misc]

        with pytest.raises(error):
            CALLS[name](endpoint)

    assert len(server.requests) == len(expected)


def test_lists_are_read_to_their_end(server: Server, endpoint: Endpoint) -> None:
    """Page by page, each item once."""
    server.page = 3
    server.add_job()
    for number in range(8):
        server.add_event("ftjob-1", f"Event {number}")

    assert [event.message for event in endpoint.events("ftjob-1")] == [f"Event {number}" for number in range(7, -1, -1)]
    assert server.count("GET", "fine_tuning/jobs/ftjob-1/events") == 3


def test_a_list_that_never_ends_is_left(server: Server, endpoint: Endpoint) -> None:
    """A server that ignores `after` sends the same page again: it is not read for ever."""
    page = {"object": "list", "data": [{"id": "m"}], "has_more": True}
    server.before = lambda method, path: (200, page)

    assert len(endpoint.models()) == 2


def test_names_of_models_travel_whole(server: Server, endpoint: Endpoint) -> None:
    """Colons and slashes in ids are one part of the path."""
    for name in ("ft:gpt-4o-mini-2024-07-18:me:joy:abc:ckpt-step-88", "ft:org/model:me"):
        server.add_model(name)

        assert endpoint.delete_model(name)["deleted"] is True
