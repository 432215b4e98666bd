"""Files over the wire, with the openai package."""

from pathlib import Path

import openai
import pytest

from scripts.local_engine import app, files
from tests.local_engine.engines import engine_in, lines_of, start_job, upload, wait_for


def test_a_file_comes_back_as_it_was_sent(client: openai.OpenAI) -> None:
    """What was uploaded is listed, described and handed out byte for byte, until it is deleted."""
    sent = client.files.create(file=("train.jsonl", b'{"a": "\xc3\xa9"}\n'), purpose="fine-tune")

    listed = client.files.list(purpose="fine-tune")
    content = client.files.content(sent.id).read()
    deleted = client.files.delete(sent.id)

    assert (sent.bytes, sent.filename, sent.purpose, sent.status) == (12, "train.jsonl", "fine-tune", "processed")
    assert sent in listed.data
    assert content == b'{"a": "\xc3\xa9"}\n'
    assert deleted.deleted
    with pytest.raises(openai.NotFoundError, match=f"No such File object: {sent.id}"):
        client.files.retrieve(sent.id)


def test_pages_hold_every_file_once(tmp_path: Path) -> None:
    """Walking through pages of two shows all files, newest first or in the order they came."""
    with engine_in(tmp_path) as client:
        sent = [upload(client) for _ in range(5)]

        newest_first = [file.id for file in client.files.list(limit=2)]
        in_order = [file.id for file in client.files.list(limit=2, order="asc")]

    assert newest_first == sent[::-1]
    assert in_order == sent


@pytest.mark.parametrize(
    ("content", "purpose", "said"),
    [
        (b"", "fine-tune", "the file is empty"),
        (b"x", "batch", "purpose is 'batch'; this engine takes files for 'fine-tune' only"),
    ],
)
def test_a_file_of_no_use_is_refused(client: openai.OpenAI, content: bytes, purpose: str, said: str) -> None:
    """Empty files and other purposes are 400 with the reason."""
    with pytest.raises(openai.BadRequestError, match=said):
        client.files.create(file=("a.jsonl", content), purpose=purpose)  # type: ignore[arg-type]


def test_a_file_that_is_too_large_gets_an_answer(client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller with 3 MB where 1 MB is allowed hears about /v1/uploads instead of seeing the connection break."""
    monkeypatch.setattr(app, "MAX_FILE_BYTES", 0)

    with pytest.raises(openai.APIStatusError, match="/v1/uploads") as refused:
        client.files.create(file=("big.jsonl", b"x" * 3_000_000), purpose="fine-tune")

    assert refused.value.status_code == 413


def test_a_file_just_over_the_limit_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of the file itself counts, and nothing of a refused one stays on the disk."""
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)

    with engine_in(tmp_path) as client, pytest.raises(openai.APIStatusError, match="11 bytes; at most 10"):
        client.files.create(file=("big.jsonl", b"x" * 11), purpose="fine-tune")

    assert list((tmp_path / "engine" / "files").iterdir()) == []


def test_a_file_in_use_cannot_be_deleted(client: openai.OpenAI) -> None:
    """While a job needs a file it stays, which is not answered by a 409 that callers repeat; then it may go."""
    job = start_job(client, "endless", training_file=upload(client, lines_of(20)))

    with pytest.raises(openai.BadRequestError, match=f"is needed by {job.id}"):
        client.files.delete(job.training_file)
    client.fine_tuning.jobs.cancel(job.id)
    wait_for(client, job.id)

    assert client.files.delete(job.training_file).deleted
