"""Engines for tests: the real server and queue, with quick programs in place of llama.cpp, trainer and checker."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import openai
from openai.types.fine_tuning import FineTuningJob

from scripts.local_engine.bases import Base
from scripts.local_engine.children import module_command
from scripts.local_engine.serving import EngineSettings, running_engine
from tests.local_engine.fake_trainer import SEEDS

BASE = "tiny"
_PATIENCE_S = 30
T = TypeVar("T")


def settings_in(folder: Path, **changes: Any) -> EngineSettings:
    """Return settings for an engine that keeps everything in a folder."""
    model = folder / "tiny.gguf"
    fakes = {name: module_command(f"tests.local_engine.fake_{name}") for name in ("trainer", "native", "checker")}
    return EngineSettings(**{"base": Base(BASE, model, model), "folder": folder / "engine", **fakes, **changes})


@contextmanager
def engine_in(folder: Path, **changes: Any) -> Iterator[openai.OpenAI]:
    """Run an engine and give a client of it."""
    with running_engine(settings_in(folder, **changes)) as url, client_of(url) as client:
        yield client


def client_of(url: str) -> openai.OpenAI:
    """Return a client that tries everything once."""
    return openai.OpenAI(base_url=url, api_key="local", max_retries=0, timeout=20)


def lines_of(count: int, role: str = "assistant") -> bytes:
    """Return a chat file with so many examples."""
    lines = [
        [{"role": "user", "content": f"Question {n}?"}, {"role": role, "content": f"Answer {n}."}] for n in range(count)
    ]
    return "".join(json.dumps({"messages": messages}) + "\n" for messages in lines).encode()


def upload(client: openai.OpenAI, content: bytes | None = None) -> str:
    """Send a file to train on and return its id."""
    return client.files.create(file=("train.jsonl", content or lines_of(12)), purpose="fine-tune").id


def start_job(client: openai.OpenAI, course: str = "well", **changes: Any) -> FineTuningJob:
    """Create a job that takes the course named in SEEDS."""
    training_file = changes.pop("training_file", None) or upload(client)
    return client.fine_tuning.jobs.create(
        **{"model": BASE, "training_file": training_file, "seed": SEEDS[course], **changes}
    )


def wait_for(client: openai.OpenAI, job_id: str, *statuses: str) -> FineTuningJob:
    """Return a job as soon as it has one of the statuses; any final one by default."""
    wanted = statuses or ("succeeded", "failed", "cancelled")
    return until(lambda: client.fine_tuning.jobs.retrieve(job_id), lambda job: job.status in wanted)


def messages_of(client: openai.OpenAI, job_id: str) -> list[str]:
    """Return what a job has told, oldest first."""
    return [event.message for event in client.fine_tuning.jobs.list_events(job_id, limit=100)][::-1]


def until(look: Callable[[], T], is_good: Callable[[T], bool]) -> T:
    """Return what is seen once it is good; fail after half a minute."""
    ends_at = time.monotonic() + _PATIENCE_S
    while not is_good(seen := look()):
        assert time.monotonic() < ends_at, seen
        time.sleep(0.05)
    return seen


def main() -> None:
    """Run an engine in a folder until killed: python -m tests.local_engine.engines FOLDER."""
    with running_engine(settings_in(Path(sys.argv[1]))) as url:
        click.echo(url)
        sys.stdin.read()


if __name__ == "__main__":
    main()
