"""OpenAI's own description of its API as the judge: every call goes through prism, which compares both ways with it.

Prism (npm's @stoplight/prism-cli) and the description are not part of this project; without them this is skipped.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest

from scripts.launch import local_engine
from scripts.local_engine.serving import running_engine
from tests.gunicorns import free_port
from tests.local_engine.engines import BASE, client_of, lines_of, settings_in, start_job, upload, wait_for
from tests.shared import SHARED

_ROOT = Path(__file__).parents[2]
_PRISM = shutil.which("prism", path=os.pathsep.join([str(_ROOT / ".data/prism/node_modules/.bin"), os.environ["PATH"]]))
_DESCRIPTION = SHARED / "openai" / "openapi.json" if SHARED else None
_PATHS = ("/files", "/uploads", "/fine_tuning/jobs", "/models", "/chat/completions", "/completions")
_VIOLATION = re.compile(r"Violation: (.*)")

pytestmark = pytest.mark.skipif(
    not (_PRISM and _DESCRIPTION and _DESCRIPTION.is_file()),
    reason="needs OpenAI's openapi.json, and: npm install --prefix .data/prism @stoplight/prism-cli@5.14.2",
)


_ITS_OWN_GAPS = [
    (
        'response The received media type "application/octet-stream" does not match the one specified in the current '
        "response: application/json"
    ),
    (
        "response.body.status Response body property status must be equal to one of the allowed values: "
        "validating_files, queued, running, succeeded, failed, cancelled"
    ),
]
"""The description says that the content of a file is JSON, which JSONL is not; and it has the calls pause and resume,
but no status for a job that is paused."""


def test_files_jobs_and_models_are_as_described(tmp_path: Path) -> None:
    """Files, uploads, a job's whole life, its model and one that is paused: nothing but the description's own gaps."""
    with running_engine(settings_in(tmp_path)) as url, _judge(url, tmp_path) as (client, log):
        _use_files(client)
        _use_uploads(client)
        _use_jobs(client)
        _pause_a_job(client)

    assert _violations(log) == _ITS_OWN_GAPS


def test_answers_are_as_described(tmp_path: Path) -> None:
    """Chat and prompt completions of the embedded model, with and without logprobs. Prism reads no streams."""
    with local_engine(os.environ) as (_, url), _judge(url, tmp_path) as (client, log):
        name = client.models.list().data[0].id
        for logprobs in (False, True):
            client.chat.completions.create(
                model=name, messages=[{"role": "user", "content": "Hello"}], max_tokens=4, logprobs=logprobs
            )
        client.completions.create(model=name, prompt="Hello", max_tokens=4)
        client.completions.create(model=name, prompt="Hello", max_tokens=4, logprobs=1)

    assert _violations(log) == []


def _use_files(client: openai.OpenAI) -> None:
    file_id = upload(client)
    client.files.list()
    client.files.retrieve(file_id)
    client.files.content(file_id)
    client.files.delete(file_id)


def _use_uploads(client: openai.OpenAI) -> None:
    content = lines_of(12)
    for is_kept in (True, False):
        begun = client.uploads.create(
            bytes=len(content), filename="train.jsonl", mime_type="application/jsonl", purpose="fine-tune"
        )
        part = client.uploads.parts.create(begun.id, data=content)
        client.uploads.complete(begun.id, part_ids=[part.id]) if is_kept else client.uploads.cancel(begun.id)


def _use_jobs(client: openai.OpenAI) -> None:
    jobs = client.fine_tuning.jobs
    job = wait_for(client, start_job(client, suffix="joy", metadata={"run_id": "a"}).id)
    tuned = job.fine_tuned_model or ""
    jobs.list(limit=2)
    jobs.list_events(job.id, limit=3)
    jobs.checkpoints.list(job.id)
    client.models.list()
    client.models.retrieve(tuned)
    client.models.delete(tuned)
    refused = wait_for(client, start_job(client, "refuses", model=BASE).id)
    assert (job.status, refused.status) == ("succeeded", "failed")


def _pause_a_job(client: openai.OpenAI) -> None:
    job = start_job(client, "endless").id
    client.fine_tuning.jobs.pause(job)
    client.fine_tuning.jobs.resume(job)
    client.fine_tuning.jobs.cancel(job)


@contextmanager
def _judge(url: str, folder: Path) -> Iterator[tuple[openai.OpenAI, Path]]:
    """Run prism before an engine; give a client of it and prism's log."""
    port, log = free_port(), folder / "prism.log"
    command = [str(_PRISM), "proxy", str(_cut_description(folder)), url, "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as prism:
        try:
            while b"Prism is listening" not in log.read_bytes():
                assert prism.poll() is None, log.read_text(encoding="utf-8")
            with client_of(f"http://127.0.0.1:{port}") as client:
                yield client, log
        finally:
            prism.terminate()


def _cut_description(folder: Path) -> Path:
    """Write the description with our calls only: prism reads it in seconds then."""
    assert _DESCRIPTION is not None
    description = json.loads(_DESCRIPTION.read_text(encoding="utf-8"))
    kept = {path: calls for path, calls in description["paths"].items() if path.startswith(_PATHS)}
    cut = folder / "openapi.json"
    cut.write_text(json.dumps({**description, "paths": kept}), encoding="utf-8")
    return cut


def _violations(log: Path) -> list[str]:
    """Return what prism found wrong in requests and answers, in order."""
    return _VIOLATION.findall(log.read_text(encoding="utf-8"))
