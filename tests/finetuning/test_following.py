"""follow: events as they come, each once, whatever happens to connection, server or ourselves."""

import json
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from scripts.finetuning.ledger import Ledger
from tests.finetuning.commands import run, start, write_examples
from tests.finetuning.server import LOST, Reply, Server, failure

JOB = "fine_tuning/jobs/ftjob-1"


@pytest.fixture(autouse=True)
def _job(server: Server) -> None:
    server.add_job()


def follow(server: Server, *words: str) -> Result:
    return run(server, "follow", "ftjob-1", "--every", "0.05", *words)


def messages(said: str) -> list[str]:
    """Return the events' words, without their time."""
    return [line[21:] for line in said.splitlines()]


def unfold(server: Server, *looks: Callable[[], Reply | None]) -> None:
    """Let something happen before each look at the job; the last look goes on for ever."""
    waiting = list(looks)

    def before(method: str, path: str) -> Reply | None:
        if path != JOB:
            return None
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0])()

    server.before = before


def happens(server: Server, *words: str, status: str = "running", **job: object) -> Callable[[], None]:
    """Return what lets events happen and the status change."""

    def look() -> None:
        for word in words:
            server.add_event("ftjob-1", word)
        server.jobs["ftjob-1"].update(status=status, **job)

    return look


def nothing() -> None:
    """Let nothing happen."""


def test_events_are_shown_once_until_the_end(server: Server) -> None:
    """Oldest first, over pages, through a status nobody knows; the end names the model."""
    server.page = 2
    unfold(
        server,
        happens(server, "a", "b", "c", "d", "e", status="queued"),
        happens(server, "f", status="dreaming"),
        nothing,
        happens(server, "g", status="succeeded", fine_tuned_model="ft:m:me:joy:1"),
        nothing,
    )

    result = follow(server)

    assert (result.exit_code, messages(result.stdout)) == (0, list("abcdefg"))
    assert "ftjob-1: dreaming" in result.stderr
    assert "The model is ft:m:me:joy:1" in result.stderr


def test_an_event_filed_after_the_end_is_shown(server: Server) -> None:
    """The last words may come a moment after the status."""
    unfold(server, happens(server, "a", status="succeeded"), happens(server, "z", status="succeeded"), nothing)

    assert messages(follow(server).stdout) == ["a", "z"]


def test_the_next_look_goes_on_where_the_last_one_was(server: Server) -> None:
    """Shown events are not shown again unless asked for."""
    happens(server, "a", "b", status="succeeded")()
    first = follow(server)
    second = follow(server)
    third = follow(server, "--from-start")

    assert [messages(result.stdout) for result in (first, second, third)] == [["a", "b"], [], ["a", "b"]]
    assert "2 events were shown before" in second.stderr


def test_lost_connections_are_waited_out(server: Server) -> None:
    """Cut lines, errors and nonsense: said once, nothing lost, nothing twice."""
    unfold(
        server,
        happens(server, "a"),
        lambda: LOST,
        lambda: failure(503, "later"),
        lambda: (200, b"<html>"),
        happens(server, "b", status="succeeded"),
        nothing,
    )

    result = follow(server)

    assert (result.exit_code, messages(result.stdout)) == (0, ["a", "b"])
    assert result.stderr.count("waiting for the endpoint") == 1
    assert "the endpoint answers again" in result.stderr


def test_a_restart_of_the_server_is_survived(server: Server) -> None:
    """Connections are refused for a while; the same port answers again, and the rest is shown."""
    happens(server, "a")()

    def restart() -> None:
        time.sleep(0.3)
        server.stop()
        time.sleep(0.4)
        happens(server, "b", status="succeeded")()
        server.start()

    threading.Thread(target=restart).start()
    result = follow(server)

    assert (result.exit_code, messages(result.stdout)) == (0, ["a", "b"])
    assert "cannot be reached" in result.stderr


def test_ctrl_c_leaves_the_job_running(server: Server, tmp_path: Path) -> None:
    """130, and the commands that go on or stop the job; nothing was asked to cancel."""
    happens(server, "a")()
    process = start(server, tmp_path, ["follow", "ftjob-1", "--every", "0.05"])
    assert process.stdout
    shown = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert (process.returncode, messages(shown)) == (130, ["a"])
    assert "python -m scripts.finetune follow ftjob-1" in said
    assert "python -m scripts.finetune cancel ftjob-1" in said
    assert (server.jobs["ftjob-1"]["status"], server.count("POST", f"{JOB}/cancel")) == ("running", 0)


def test_kill_9_shows_no_event_less(server: Server, tmp_path: Path) -> None:
    """Killed in the middle: the next look shows the rest, at most one event again."""
    happens(server, "a", "b", "c")()
    process = start(server, tmp_path, ["follow", "ftjob-1", "--every", "0.05"])
    assert process.stdout
    shown = messages(process.stdout.readline())
    process.kill()
    shown += messages(process.communicate(timeout=30)[0])
    happens(server, "d", status="succeeded")()
    rest = messages(follow(server).stdout)

    assert sorted({*shown, *rest}) == ["a", "b", "c", "d"]
    assert len(shown) + len(rest) <= 5


def test_json_is_a_line_for_each_event_and_one_for_the_job(server: Server) -> None:
    """For programs that read as it goes."""
    happens(server, "a", status="succeeded")()

    told = [json.loads(line) for line in follow(server, "--json").stdout.splitlines()]

    assert [list(line) for line in told] == [["event"], ["job"]]
    assert (told[0]["event"]["message"], told[1]["job"]["status"]) == ("a", "succeeded")


@pytest.mark.parametrize(
    ("error", "what_to_do"),
    [
        (
            {"code": "invalid_training_file", "message": "Line 3 has no messages.", "param": "training_file"},
            "correct the file (python -m scripts.check_dataset train.jsonl)",
        ),
        (
            {"code": "invalid_file", "message": "Too many examples were flagged by moderation.", "param": None},
            "take the lines out that the endpoint's usage policies forbid",
        ),
        ({"code": "exceeded_quota", "message": "Quota reached.", "param": None}, "check the account's billing page"),
        ({"code": "server_error", "message": "Something broke.", "param": None}, "create the job again; if it fails"),
        (None, "create the job again; if it fails"),
    ],
)
def test_a_failure_is_told_with_its_reason_and_what_to_do(
    server: Server, tmp_path: Path, error: dict[str, str | None] | None, what_to_do: str
) -> None:
    """The API's own words, then ours; the exit code is 1."""
    server.jobs.clear()
    write_examples(tmp_path / "train.jsonl")
    run(server, "create", "--train", "train.jsonl", "--yes")
    server.jobs["ftjob-1"].update(status="failed", error=error)

    result = follow(server)

    assert result.exit_code == 1
    assert str(error["message"] if error else "the endpoint gives no reason") in result.stderr
    assert f"What to do: {what_to_do}" in result.stderr


def test_a_cancelled_job_is_no_success(server: Server) -> None:
    """1, and says so."""
    happens(server, status="cancelled")()

    result = follow(server)

    assert result.exit_code == 1
    assert "The job was cancelled." in result.stderr


def test_a_job_that_is_not_there_ends_at_once(server: Server) -> None:
    """404 is not waited out."""
    server.jobs.clear()

    result = follow(server)

    assert (result.exit_code, "No such job: ftjob-1" in result.stderr) == (1, True)


def test_the_ledger_learns_how_long_it_took(server: Server, tmp_path: Path) -> None:
    """The next estimate names a time; following twice counts once."""
    train = write_examples(tmp_path / "train.jsonl")
    server.jobs.clear()
    run(server, "create", "--train", train, "--yes", "--model", "smollm2-135m")
    job = server.jobs["ftjob-1"]
    job.update(status="succeeded", finished_at=job["created_at"] + 100)
    follow(server)
    follow(server)

    estimate = json.loads(run(server, "estimate", "--train", train, "--json").stdout)

    assert len(list(Ledger().lines("ended"))) == 1
    assert (estimate["epochs"], estimate["seconds"]) == (8, pytest.approx(100 * 8 / 3))
