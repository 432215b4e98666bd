"""The Batch API in two phases: nothing is paid twice, whatever gets lost between them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.endpoint import Address, RunStopped
from scripts.generation import batch as batch_room
from scripts.generation.answers import read_answers
from scripts.generation.asking import Patience
from scripts.generation.batch import BadBatches
from scripts.generation.calls import calls_of
from scripts.generation.endpoint import Endpoint
from scripts.generation.estimate import Estimate
from scripts.generation.grid import read_grid
from scripts.generation.runs import Plan, Refused, Result, run_batch, run_now
from tests.generation.server import Server, completion, echo, serving

GRID = """
prompt = "A hero who {power}."
n = 2
seed = 1
max_tokens = 20
[grid]
power = ["flies", "sings", "naps"]
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "grid.toml").write_text(GRID, encoding="utf-8")
    grid = read_grid(tmp_path / "grid.toml")
    return Plan(grid, tuple(calls_of(grid, "m")), "m", None, tmp_path / "out" / "heroes.csv", None)


def run(plan: Plan, server: Server) -> tuple[Result, list[int]]:
    """Run the command's batch mode once; return how it ended and how many calls somebody agreed to pay for."""
    agreed: list[int] = []

    def confirm(estimate: Estimate) -> None:
        agreed.append(estimate.calls)

    return run_batch(plan, Endpoint(Address(server.base_url, "key"), 5), confirm, lambda words: None), agreed


def files(plan: Plan) -> list[str]:
    return sorted(path.name for path in plan.out.parent.iterdir())


def sings_badly(body: Mapping[str, Any]) -> object:
    """Fail each request about singing, answer the others."""
    return (500, "the model tripped") if "sings" in body["messages"][0]["content"] else echo(body)[2]


def test_two_phases_bring_every_answer(plan: Plan, server: Server) -> None:
    """Submitted, waited for, collected: the table is the one that asking one by one makes."""
    submitted, agreed = run(plan, server)
    waiting, agreed_while_waiting = run(plan, server)
    server.batch_status = "completed"
    collected, agreed_at_last = run(plan, server)

    assert (submitted.submitted, submitted.waiting, submitted.missing, agreed) == (6, 6, 6, [6])
    assert (waiting.submitted, waiting.waiting, agreed_while_waiting) == (0, 6, [])
    assert (collected.answered, collected.waiting, collected.missing, agreed_at_last) == (6, 0, 0, [])
    assert files(plan) == ["heroes.answers.jsonl", "heroes.batches.json", "heroes.csv", "heroes_pairs.csv"]
    by_batch = plan.out.read_bytes()
    plan.answers.unlink()
    run_now(plan, Endpoint(Address(server.base_url, "key"), 5), lambda _: None, print, 2, Patience(1))
    assert plan.out.read_bytes() == by_batch


def test_requests_are_what_the_batch_api_wants(plan: Plan, server: Server) -> None:
    """A line a request, named by its key; the batch carries our run id."""
    run(plan, server)

    batch = server.batches["batch_1"]
    noted = json.loads(plan.batches.read_text())
    assert [request["custom_id"] for request in server.requests_of("batch_1")] == [call.key for call in plan.calls]
    assert server.requests_of("batch_1")[1] == {
        "custom_id": plan.calls[1].key,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": plan.calls[1].body,
    }
    assert (batch["endpoint"], batch["completion_window"]) == ("/v1/chat/completions", "24h")
    assert [(note["run"], note["file"], note["batch"]) for note in noted] == [
        (batch["metadata"]["run_id"], "file-1", "batch_1")
    ]


def test_a_lost_reply_makes_no_second_batch(plan: Plan, server: Server) -> None:
    """The batch was made and its id never arrived: it is found again by the run id."""
    server.loses_next_batch_reply = True
    with pytest.raises(RunStopped, match="run the same command again"):
        run(plan, server)
    server.batch_status = "completed"

    result, agreed = run(plan, server)

    assert (list(server.batches), server.uploads) == (["batch_1"], 1)
    assert (result.answered, result.missing, agreed) == (6, 0, [])


def test_a_run_killed_before_the_upload_goes_on(plan: Plan, server: Server) -> None:
    """What was written down is sent by the next run, without asking anybody again."""
    run(plan, server)
    [note] = json.loads(plan.batches.read_text())
    server.batches.clear()
    plan.batches.write_text(json.dumps([{**note, "file": None, "batch": None}]))

    result, agreed = run(plan, server)

    assert (list(server.batches), server.uploads, result.waiting, agreed) == (["batch_1"], 2, 6, [])


@pytest.mark.parametrize("status", ["completed", "expired", "cancelled"])
def test_only_what_is_missing_is_submitted_again(plan: Plan, server: Server, status: str) -> None:
    """Some requests failed: their reasons are told, the others' answers are kept, and the rest is sent once more."""
    server.batch_line = sings_badly
    run(plan, server)
    server.batch_status = status

    halfway, agreed = run(plan, server)
    server.batch_line = lambda body: echo(body)[2]
    whole, _ = run(plan, server)

    assert (halfway.answered, halfway.missing, halfway.submitted, agreed) == (4, 2, 2, [2])
    assert halfway.failures == ("the model tripped", "the model tripped")
    assert len(server.requests_of("batch_2")) == 2
    assert (whole.answered, whole.missing, whole.tally.rows) == (2, 0, 6)


def test_a_batch_refused_as_a_whole_is_not_sent_again_unseen(plan: Plan, server: Server) -> None:
    """The endpoint's reason is told first; only the next run submits anew."""
    run(plan, server)
    server.batch_status, server.batch_errors = "failed", ("The model `m` is not supported by the Batch API.",)

    refused, agreed = run(plan, server)
    again, agreed_again = run(plan, server)

    assert refused.halted == "line 1: The model `m` is not supported by the Batch API."
    assert (refused.submitted, agreed) == (0, [])
    assert (again.submitted, agreed_again) == (6, [6])


@pytest.mark.parametrize("status", ["validating", "in_progress", "finalizing", "cancelling", "dreaming"])
def test_a_batch_that_has_not_ended_is_waited_for(plan: Plan, server: Server, status: str) -> None:
    """Statuses that we do not know count as not ended."""
    run(plan, server)
    server.batch_status = status

    result, agreed = run(plan, server)

    assert (result.waiting, agreed, list(server.batches)) == (6, [], ["batch_1"])


def test_collecting_twice_changes_nothing(plan: Plan, server: Server) -> None:
    """Killed between keeping the answers and forgetting the batch: the second time brings nothing new."""
    run(plan, server)
    noted = plan.batches.read_text()
    server.batch_status = "completed"
    run(plan, server)
    answers = plan.answers.read_bytes()
    plan.batches.write_text(noted)

    result, _ = run(plan, server)

    assert (result.answered, result.missing) == (0, 0)
    assert plan.answers.read_bytes() == answers


def test_cut_and_refused_answers_of_a_batch_are_marked(plan: Plan, server: Server) -> None:
    """They are answers that were paid for, and not fit for training."""
    server.batch_line = lambda body: (
        completion("Half", "length") if body["seed"] == 1 else completion(None, refusal="No")
    )
    server.batch_status = "completed"
    run(plan, server)

    result, _ = run(plan, server)

    assert (result.tally.cut, result.tally.refused, result.tally.pairs, result.missing) == (3, 3, 0, 0)


def test_a_large_grid_becomes_several_batches(plan: Plan, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds no more than the API takes."""
    monkeypatch.setattr(batch_room, "MAX_REQUESTS", 4)

    result, _ = run(plan, server)

    assert [len(server.requests_of(name)) for name in server.batches] == [4, 2]
    assert result.waiting == 6


def test_asking_directly_waits_for_batches(plan: Plan, server: Server) -> None:
    """What is under way would be paid twice."""
    run(plan, server)

    with pytest.raises(Refused, match="collect them first, with --batch"):
        run_now(plan, Endpoint(Address(server.base_url, "key"), 5), lambda _: None, print, 1, Patience(1))

    assert server.paid == []
    assert read_answers(plan.answers) == {}


def test_a_broken_note_is_named(plan: Plan, server: Server) -> None:
    """The file and the way out are told."""
    plan.batches.parent.mkdir()
    plan.batches.write_text("[{]")

    with pytest.raises(BadBatches, match=r"heroes\.batches\.json: is no list of batches; delete it"):
        run(plan, server)
