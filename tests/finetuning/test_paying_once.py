"""create: one wish makes one paid job, whatever is lost or killed on the way."""

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.finetuning.commands import start
from tests.finetuning.server import LOST, Reply, Server, failure
from tests.finetuning.test_creating import JOBS, create, lines


def test_the_same_command_twice_pays_once(server: Server, train: Path, tmp_path: Path) -> None:
    """By content, not by name; --again, and a failed job, train once more; the file is uploaded once."""
    create(server, train)
    moved = tmp_path / "other-name.jsonl"
    moved.write_bytes(train.read_bytes())
    code, said, error = create(server, moved)
    again = create(server, train, "--again")
    server.jobs["ftjob-2"]["status"] = "failed"
    after_failure = create(server, train)

    assert (code, said, again[1], after_failure[1]) == (0, "ftjob-1\n", "ftjob-2\n", "ftjob-3\n")
    assert "was not paid again; --again trains once more" in error
    assert (server.count(*JOBS), server.count("POST", "files")) == (3, 1)


def test_a_lost_reply_is_found_by_its_run_id(server: Server, train: Path) -> None:
    """The server makes the job and the connection dies: the same command finds it and sends nothing again."""
    server.after = lambda method, path: LOST if (method, path) == JOBS else None

    code, said, error = create(server, train)
    second = create(server, train)

    assert (code, said, second[1]) == (0, "ftjob-1\n", "ftjob-1\n")
    assert "nobody knows whether the job began" in error
    assert (len(server.jobs), server.count(*JOBS)) == (1, 1)


def test_an_endpoint_without_metadata_is_searched_by_file(server: Server, train: Path) -> None:
    """Where run ids are not kept, a job on the same file since then counts as ours."""
    server.keeps_metadata = False
    server.after = lambda method, path: LOST if (method, path) == JOBS else None

    assert create(server, train)[:2] == (0, "ftjob-1\n")
    assert create(server, train)[:2] == (0, "ftjob-1\n")
    assert len(server.jobs) == 1


def test_a_lost_request_is_sent_again_only_by_the_next_command(server: Server, train: Path) -> None:
    """Dead before the job is made: this command says so and ends; the next looks first, then sends the same run id."""
    server.before = lambda method, path: LOST if (method, path) == JOBS else None

    code, _, error = create(server, train)
    server.before = lambda method, path: None
    second = create(server, train)

    assert (code, second[:2]) == (1, (0, "ftjob-1\n"))
    assert "looks for the job first" in error
    first, then = lines("intent")
    assert (first["run_id"], len(server.jobs)) == (then["run_id"], 1)
    asked = server.requests.index(("GET", "fine_tuning/jobs"), server.requests.index(JOBS))
    assert asked < len(server.requests) - 1 - server.requests[::-1].index(JOBS)


def test_a_job_that_shows_late_is_waited_for(server: Server, train: Path) -> None:
    """A reply is lost and the list lags: within --settle seconds it is looked for again and again."""
    hidden_until = time.monotonic() + 1.0

    def after(method: str, path: str) -> Reply | None:
        if (method, path) == JOBS:
            return LOST
        is_hidden = (method, path) == ("GET", "fine_tuning/jobs") and time.monotonic() < hidden_until
        return (200, {"object": "list", "data": [], "has_more": False}) if is_hidden else None

    server.after = after

    assert create(server, train, "--settle", "20")[:2] == (0, "ftjob-1\n")
    assert len(server.jobs) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 409])
def test_a_server_error_never_sends_twice(server: Server, train: Path, status: int) -> None:
    """The job was made, the answer is an error: it is found; one POST in all."""
    server.after = lambda method, path: failure(status, "sorry") if (method, path) == JOBS else None

    assert create(server, train)[:2] == (0, "ftjob-1\n")
    assert server.count(*JOBS) == 1


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]", b"null", b'{"object": "fine_tuning.job"}', b"{"])
def test_a_broken_reply_never_sends_twice(server: Server, train: Path, body: bytes) -> None:
    """HTML, half JSON, no id: not a job, so it is looked for."""
    server.after = lambda method, path: (200, body) if (method, path) == JOBS else None

    assert create(server, train)[:2] == (0, "ftjob-1\n")
    assert (server.count(*JOBS), len(server.jobs)) == (1, 1)


def test_a_lost_job_of_another_wish_is_told(server: Server, train: Path) -> None:
    """Whoever changes the options after a lost reply hears of the job that began, and how to stop it."""
    server.after = lambda method, path: LOST if path.startswith("fine_tuning") else None
    lost = create(server, train)
    server.after = lambda method, path: None

    code, said, error = create(server, train, "--suffix", "joy")
    third = create(server, train)

    assert (lost[0], code, said, third[1]) == (1, 0, "ftjob-2\n", "ftjob-1\n")
    assert "whose reply was lost, did begin: ftjob-1 (queued)" in error
    assert "python -m scripts.finetune cancel ftjob-1" in error


def test_too_many_requests_is_no_job(server: Server, train: Path) -> None:
    """429 says that nothing was done: no search, and the next command sends anew."""
    server.before = lambda method, path: failure(429, "slow down") if (method, path) == JOBS else None

    code, _, error = create(server, train)
    server.before = lambda method, path: None

    assert (code, create(server, train)[1]) == (1, "ftjob-1\n")
    assert "HTTP 429: slow down; try again later" in error
    assert len({line["run_id"] for line in lines("intent")}) == 2


@pytest.mark.parametrize("made", [False, True])
def test_kill_9_around_the_call_pays_once(server: Server, train: Path, tmp_path: Path, made: bool) -> None:
    """Killed between ledger and call, or between call and ledger: the next command ends with one job."""
    process: subprocess.Popen[str]

    def kill(method: str, path: str) -> Reply | None:
        if (method, path) != JOBS:
            return None
        process.kill()
        process.wait()
        return LOST

    server.before, server.after = ((lambda method, path: None), kill) if made else (kill, (lambda method, path: None))
    process = start(server, tmp_path, ["create", "--train", train, "--yes"])
    process.communicate(timeout=30)
    server.before = server.after = lambda method, path: None
    known = (len(lines("intent")), len(lines("created")), len(server.jobs))

    code, said, _ = create(server, train)

    assert (process.returncode, known) == (-signal.SIGKILL, (1, 0, 1 if made else 0))
    assert (code, said, len(server.jobs)) == (0, "ftjob-1\n", 1)


def test_kill_9_during_the_upload_costs_an_upload_at_most(server: Server, train: Path, tmp_path: Path) -> None:
    """The file arrived, nobody wrote it down: it is found by the hash in its name."""
    process: subprocess.Popen[str]

    def kill(method: str, path: str) -> Reply | None:
        if (method, path) != ("POST", "files"):
            return None
        process.kill()
        process.wait()
        return LOST

    server.after = kill
    process = start(server, tmp_path, ["create", "--train", train, "--yes"])
    process.communicate(timeout=30)
    server.after = lambda method, path: None

    assert create(server, train)[:2] == (0, "ftjob-1\n")
    assert (server.count("POST", "files"), len(server.files)) == (1, 1)


def test_two_processes_at_once_make_one_job(server: Server, train: Path, tmp_path: Path) -> None:
    """The second is told that the first is at it."""
    held = threading.Event()
    server.before = lambda method, path: None if (method, path) != JOBS else (held.wait(20), None)[1]

    first = start(server, tmp_path, ["create", "--train", train, "--yes"])
    until = time.monotonic() + 20
    while JOBS not in server.requests and time.monotonic() < until:
        time.sleep(0.02)
    second = create(server, train)
    held.set()
    first.communicate(timeout=30)

    assert (first.returncode, second[0], len(server.jobs)) == (0, 1, 1)
    assert "another process is asking for the very same job" in second[2]
