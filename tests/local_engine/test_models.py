"""Which models are listed, found and deleted."""

from pathlib import Path

import openai
import pytest

from scripts.local_engine.models import parse_names
from tests.local_engine.engines import BASE, engine_in, start_job, wait_for


def test_every_model_is_listed_with_its_names(tmp_path: Path) -> None:
    """Base, alias and tuned models are there, none about to be shut down; all can be retrieved by name."""
    with engine_in(tmp_path, aliases={"gpt-3.5-turbo": BASE}) as client:
        tuned = wait_for(client, start_job(client, model="gpt-3.5-turbo").id).fine_tuned_model or ""

        listed = client.models.list().data
        retrieved = [client.models.retrieve(model.id) for model in listed]

    names = [BASE, "gpt-3.5-turbo", tuned, f"{tuned}:ckpt-step-3", f"{tuned}:ckpt-step-6"]
    assert [model.id for model in listed] == names
    assert retrieved == listed
    assert {(model.object, model.owned_by, model.shutdown_date) for model in listed} == {("model", "local", None)}


def test_a_tuned_model_is_deleted_once_nobody_needs_it(client: openai.OpenAI) -> None:
    """A model that a job trains on from stays; later it goes, its checkpoints stay, and its name is free."""
    tuned = wait_for(client, start_job(client).id).fine_tuned_model or ""
    job = start_job(client, "endless", model=tuned)
    with pytest.raises(openai.BadRequestError, match=f"is in use: {job.id} trains on from it"):
        client.models.delete(tuned)
    client.fine_tuning.jobs.cancel(job.id)

    deleted = client.models.delete(tuned)

    assert (job.model, deleted.id, deleted.deleted) == (tuned, tuned, True)
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        client.models.retrieve(tuned)
    assert client.models.retrieve(f"{tuned}:ckpt-step-6")
    with pytest.raises(openai.NotFoundError):
        client.models.delete(tuned)


def test_the_base_cannot_be_deleted(client: openai.OpenAI) -> None:
    """What the engine was started with is not the API's to delete."""
    for name in (BASE, "gpt-3.5-turbo"):
        with pytest.raises(openai.PermissionDeniedError, match="only tuned models can be deleted"):
            client.models.delete(name)


def test_the_files_of_a_deleted_model_go_with_the_last_name(tmp_path: Path) -> None:
    """An adapter is on the disk as long as a model uses it, and no longer."""
    with engine_in(tmp_path) as client:
        tuned = wait_for(client, start_job(client).id).fine_tuned_model or ""
        client.models.delete(tuned)
        before = len(list(tmp_path.rglob("adapter.gguf")))
        client.models.delete(f"{tuned}:ckpt-step-6")

    assert (before, len(list(tmp_path.rglob("adapter.gguf")))) == (2, 1)


def test_an_adapter_from_elsewhere_is_a_model(tmp_path: Path) -> None:
    """A LoRA GGUF that was named at the start is listed and asked like a tuned model, and not deleted."""
    adapter = tmp_path / "joy" / "any-name.gguf"
    adapter.parent.mkdir()
    adapter.write_text("good")

    with engine_in(tmp_path, brought={"joy": adapter}) as client:
        listed = [model.id for model in client.models.list()]
        answer = client.chat.completions.create(model="joy", messages=[{"role": "user", "content": "Hello"}])
        with pytest.raises(openai.PermissionDeniedError):
            client.models.delete("joy")

    assert listed == [BASE, "joy"]
    assert answer.choices[0].message.content == "joy user"


def test_aliases_are_read_or_explained() -> None:
    """NAME=MODEL is an alias; a model's own = signs stay; anything else says how it is written."""
    assert parse_names(["a=b", "c=ft:x=y"]) == {"a": "b", "c": "ft:x=y"}
    with pytest.raises(ValueError, match="such as gpt"):
        parse_names(["gpt-3.5-turbo"])
