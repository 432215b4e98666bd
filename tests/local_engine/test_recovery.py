"""kill -9 at any point: of the trainer, of the engine, and of one engine of two."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest

from tests.local_engine.engines import client_of, engine_in, lines_of, messages_of, start_job, until, upload, wait_for


def test_a_killed_trainer_goes_on_from_its_last_save(client: openai.OpenAI) -> None:
    """The job succeeds all the same, says what happened, and tells no step twice."""
    job = start_job(client, "killed once").id

    done = wait_for(client, job)
    messages = messages_of(client, job)

    assert done.status == "succeeded"
    assert "The trainer ended unexpectedly (status -9); going on from its last save" in messages
    assert "Going on from step 3, on cpu" in messages
    assert len([message for message in messages if message.startswith("Step ")]) == 6


def test_a_trainer_that_always_dies_is_given_up(client: openai.OpenAI) -> None:
    """After three attempts without a step the job fails, with the trainer's last words."""
    failed = wait_for(client, start_job(client, "killed always").id)

    assert failed.error is not None
    assert failed.error.code == "trainer_crashed"
    assert "status -9" in failed.error.message
    assert "Segmentation fault of a test" in failed.error.message


@pytest.mark.parametrize("status", ["validating_files", "queued", "running"])
def test_a_killed_engine_goes_on_with_its_jobs(tmp_path: Path, status: str) -> None:
    """Whatever a job was at when the engine was killed, the next engine over the folder finishes it."""
    with _engine_process(tmp_path) as (process, client):
        file = upload(client, lines_of(12))
        if status == "queued":
            running = start_job(client, "endless", training_file=file).id
        job = start_job(client, "slow", training_file=file).id
        wait_for(client, job, status)
        process.send_signal(signal.SIGKILL)
        process.wait()

    with engine_in(tmp_path) as client:
        if status == "queued":
            client.fine_tuning.jobs.cancel(running)
        done = wait_for(client, job)
        steps = [message for message in messages_of(client, job) if message.startswith("Step ")]

    assert done.status == "succeeded"
    assert len(steps) == len(set(steps)) == 6


def test_no_child_outlives_a_killed_engine(tmp_path: Path) -> None:
    """Trainer and llama.cpp's server end with the engine: nothing trains or listens unattended."""
    with _engine_process(tmp_path) as (process, client):
        wait_for(client, start_job(client, "endless").id, "running")
        children = until(lambda: _children(process.pid), lambda found: len(found) >= 2)
        process.send_signal(signal.SIGKILL)
        process.wait()

        left = until(lambda: [child for child in children if _is_alive(child)], lambda found: not found)

    assert left == []


def test_of_two_engines_over_a_folder_one_trains(tmp_path: Path) -> None:
    """A second engine answers for the same jobs, trains none twice, takes over, and can ask the new model."""
    with _engine_process(tmp_path) as (process, first), engine_in(tmp_path) as second:
        job = start_job(second, "slow").id
        wait_for(first, job, "running")
        process.send_signal(signal.SIGKILL)
        process.wait()

        done = wait_for(second, job)
        answer = second.chat.completions.create(
            model=done.fine_tuned_model or "", messages=[{"role": "user", "content": "Hello"}]
        )

    assert done.status == "succeeded"
    assert answer.choices[0].message.content == "step-6 user"


@contextmanager
def _engine_process(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", openai.OpenAI]]:
    command = [sys.executable, "-m", "tests.local_engine.engines", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            with client_of(process.stdout.readline().strip()) as client:
                yield process, client
        finally:
            process.kill()


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
