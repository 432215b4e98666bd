"""Jobs over the wire: what is refused, what becomes of those that are taken, and in which order."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from scripts.local_engine.validation import CHECKER
from tests.local_engine.engines import BASE, engine_in, lines_of, messages_of, start_job, until, upload, wait_for


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """An engine that really checks files."""
    with engine_in(tmp_path_factory.mktemp("checking"), checker=CHECKER) as client:
        yield client


def test_a_job_becomes_a_model(client: openai.OpenAI) -> None:
    """A job goes through its states, tells each step once, and leaves a model, checkpoints and numbers."""
    job = start_job(client, suffix="Joy & friends", metadata={"run_id": "a"})

    done = wait_for(client, job.id)
    events = [event.message for event in client.fine_tuning.jobs.list_events(job.id, limit=4)]
    checkpoints = client.fine_tuning.jobs.checkpoints.list(job.id).data

    assert (job.status, job.model, job.object) == ("validating_files", BASE, "fine_tuning.job")
    assert job.hyperparameters.n_epochs == "auto"
    assert done.status == "succeeded"
    assert done.fine_tuned_model == f"ft:{BASE}:local:joy-friends:{job.id[-8:]}"
    assert (done.hyperparameters.n_epochs, done.trained_tokens, done.error) == (8, 99, None)
    assert client.files.content(done.result_files[0]).text == "step,train_loss\n1,1.0\n"
    assert [checkpoint.step_number for checkpoint in checkpoints] == [6, 3]
    assert checkpoints[0].fine_tuned_model_checkpoint == f"{done.fine_tuned_model}:ckpt-step-6"
    assert events[0] == messages_of(client, job.id)[-1]
    assert [message for message in events[::-1] if not message.startswith("Its adapter is kept in ")] == [
        f"Created fine-tuning job: {job.id}",
        f"Validating training file: {job.training_file}",
        "Files validated, moving job to queued state",
        "Place in the queue: 1",
        "Fine-tuning job started, on cpu",
        *(f"Step {step}/6: training loss={1 / step:.2f}" for step in (1, 2, 3)),
        "Checkpoint created at step 3",
        *(f"Step {step}/6: training loss={1 / step:.2f}" for step in (4, 5, 6)),
        "Checkpoint created at step 6",
        f"New fine-tuned model created: {done.fine_tuned_model}, from step 6",
        "The job has successfully completed",
    ]


@pytest.mark.parametrize(
    ("wrong", "param", "said"),
    [
        ({"model": "gpt-9"}, "model", "The model `gpt-9` does not exist"),
        ({"training_file": "file-none"}, "training_file", "invalid training_file: file-none"),
        ({"validation_file": "file-none"}, "validation_file", "invalid validation_file: file-none"),
        ({"suffix": "x" * 65}, "suffix", "suffix has 65 characters; give 1 to 64"),
        ({"suffix": ""}, "suffix", "suffix has 0 characters"),
        ({"seed": -1}, "seed", "seed is -1"),
        ({"metadata": {str(n): "x" for n in range(17)}}, "metadata", "metadata takes 16 pairs"),
        ({"metadata": {"key": "x" * 513}}, "metadata", "values of 512"),
        ({"hyperparameters": {"n_epochs": 500}}, "n_epochs", 'n_epochs is 500; give "auto" or .* from 1 to 50'),
        ({"hyperparameters": {"epochs": 5}}, "hyperparameters", "'epochs' is not known"),
        ({"hyperparameters": {"learning_rate_multiplier": 0}}, "learning_rate_multiplier", "a number above 0"),
        ({"hyperparameters": {"batch_size": True}}, "batch_size", "batch_size is True"),
        ({"method": {"type": "reinforcement"}}, "method", "'reinforcement' is not trained here"),
        ({"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}}, "beta", "beta is 3"),
        ({"integrations": [{"type": "wandb", "wandb": {"project": "p"}}]}, "integrations", "not supported here"),
    ],
)
def test_a_wrong_request_is_refused(client: openai.OpenAI, wrong: dict[str, Any], param: str, said: str) -> None:
    """Each value outside OpenAI's own limits is 400 with the field and what it may be."""
    with pytest.raises(openai.BadRequestError, match=said) as refused:
        start_job(client, **wrong)

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"this is no JSON\n" * 12, "invalid_training_file", "line 1: "),
        (lines_of(5), "invalid_training_file", "5 examples; OpenAI asks for 10 or more"),
        (lines_of(12, role="robot"), "invalid_training_file", "line 1: .*robot"),
        (b'{"prompt": "a", "completion": "b"}\n{"oops"\n' * 6, "invalid_training_file", "line 2: "),
    ],
)
def test_a_wrong_file_is_a_job_that_failed(checking: openai.OpenAI, content: bytes, code: str, said: str) -> None:
    """A bad file is no crash: the job fails with the lines, what is wrong with them and what to do."""
    failed = wait_for(checking, start_job(checking, training_file=upload(checking, content)).id)

    assert failed.status == "failed"
    assert failed.error is not None
    assert (failed.error.code, failed.error.param) == (code, "training_file")
    assert re.search(said, failed.error.message), failed.error.message


def test_the_trainers_reason_is_the_jobs(client: openai.OpenAI) -> None:
    """What the trainer refuses, a full disk and an adapter that does not load are failed jobs with the reason."""
    jobs = [start_job(client, course).id for course in ("refuses", "disk full", "bad adapter")]

    errors = [wait_for(client, job).error for job in jobs]

    assert [error and error.code for error in errors] == ["invalid_file", "storage_error", "adapter_not_loaded"]


def test_jobs_are_found_by_their_metadata(tmp_path: Path) -> None:
    """A run finds its own job again by what it wrote into it, also with odd keys; pages hold each job once."""
    with engine_in(tmp_path) as client:
        ids = [start_job(client, metadata={"run.id": str(n), "x": "y"}).id for n in range(3)]

        found = [job.id for job in client.fine_tuning.jobs.list(metadata={"run.id": "1", "x": "y"})]
        none = [job.id for job in client.fine_tuning.jobs.list(metadata={"run.id": "9"})]
        paged = [job.id for job in client.fine_tuning.jobs.list(limit=1)]

    assert (found, none, paged) == ([ids[1]], [], ids[::-1])


def test_one_job_runs_and_the_others_know_their_place(client: openai.OpenAI) -> None:
    """Jobs wait in order and say where; a cancelled one lets the next move up, and is not cancelled twice."""
    first, second, third = (start_job(client, "endless").id for _ in range(3))
    wait_for(client, first, "running")
    until(lambda: messages_of(client, third)[-1], lambda message: message == "Place in the queue: 2")

    status = client.fine_tuning.jobs.cancel(second).status
    with pytest.raises(openai.BadRequestError, match="is cancelled; this needs a job that is"):
        client.fine_tuning.jobs.cancel(second)
    client.fine_tuning.jobs.cancel(first)
    until(lambda: client.fine_tuning.jobs.retrieve(third).status, lambda status: status == "running")
    client.fine_tuning.jobs.cancel(third)

    assert status == "cancelled"
    assert messages_of(client, second)[-1] == "The job has been cancelled"
    places = [message for message in messages_of(client, third) if message.startswith("Place")]
    assert places[-2:] == ["Place in the queue: 2", "Place in the queue: 1"]


def test_a_paused_job_goes_on_where_it_was(client: openai.OpenAI) -> None:
    """A pause ends the trainer after its step; resume finishes the rest and tells no step twice."""
    job = start_job(client, "slow").id
    until(lambda: len(messages_of(client, job)), lambda count: count >= 7)

    paused = client.fine_tuning.jobs.pause(job).status
    with pytest.raises(openai.BadRequestError, match="is paused"):
        client.fine_tuning.jobs.pause(job)
    resumed = client.fine_tuning.jobs.resume(job).status
    done = wait_for(client, job)
    steps = [message for message in messages_of(client, job) if message.startswith("Step ")]

    assert (paused, resumed, done.status) == ("paused", "queued", "succeeded")
    assert len(steps) == len(set(steps)) == 6


def test_an_unknown_job_is_404(client: openai.OpenAI) -> None:
    """Each path under a job that does not exist says so."""
    jobs = client.fine_tuning.jobs
    for call in (jobs.retrieve, jobs.cancel, jobs.pause, jobs.resume, jobs.list_events, jobs.checkpoints.list):
        with pytest.raises(openai.NotFoundError, match="No such fine-tuning job: ftjob-none"):
            call("ftjob-none")


def test_a_validation_file_is_checked_too(checking: openai.OpenAI) -> None:
    """What stands in both files, and a method that does not fit the lines, are failed jobs that name the file."""
    same = start_job(checking, validation_file=upload(checking, lines_of(12))).id
    dpo = start_job(checking, method={"type": "dpo"}).id

    errors = [wait_for(checking, job).error for job in (same, dpo)]

    assert [error and (error.code, error.param) for error in errors] == [
        ("invalid_validation_file", "validation_file"),
        ("invalid_training_file", "training_file"),
    ]
