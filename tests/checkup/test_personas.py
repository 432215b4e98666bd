"""Personas and the manifests of their models: readable, of this model, not drifted from the training."""

import json
import shutil
from pathlib import Path

import pytest

from app.core.manifest import describe_prompt, file_name
from app.personas import SHIPPED, load_personas
from scripts.checkup.endpoint import Use, uses_of
from scripts.checkup.personas import check_personas
from tests.checkup.cases import case_of, said

TUNED = "ft:smollm2-135m:local:joy:abc123"
VARIABLES = {"OPENAI_API_KEY": "k", "MODEL": TUNED, "PERSONAS_DIR": "mine"}


@pytest.fixture
def folder() -> Path:
    """A copy of the shipped personas, joy's model trained as joy is now."""
    folder = Path("mine")
    folder.mkdir()
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, folder)
    write_manifest(folder, format="chat")
    return folder


def write_manifest(folder: Path, **changed: object) -> None:
    prompt = describe_prompt(load_personas(folder)["joy"], with_examples=False).model_copy(update=changed)
    path = folder / "manifests" / file_name(TUNED)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"model": TUNED, "prompt": prompt.model_dump()}))


def test_a_model_that_was_trained_with_these_words_is_well(folder: Path) -> None:
    """The other personas may ask it too, with words of their own."""
    assert [line[0] for line in said(check_personas, case_of(VARIABLES))] == ["ok"]


def test_instructions_that_have_changed_since_are_named(folder: Path) -> None:
    """The model answers another prompt than it learned."""
    text = (folder / "joy.toml").read_text()
    (folder / "joy.toml").write_text(text.replace("You are JOY", "You are still JOY", 1))

    assert [line[:3] for line in said(check_personas, case_of(VARIABLES))] == [
        ("warning", "personas", "the instructions of joy are not those that its model was trained with")
    ]


def test_a_manifest_that_cannot_be_read_is_named(folder: Path) -> None:
    """The server would not start with it."""
    (folder / "manifests" / file_name(TUNED)).write_text("{")

    lines = said(check_personas, case_of(VARIABLES))

    assert [line[0] for line in lines] == ["failed"]
    assert "is not readable as JSON" in lines[0][2]


def test_models_by_persona_are_models_too() -> None:
    """DEFAULT_MODELS is what the server falls back on, and so does the doctor; a wrong one is the settings' fault."""
    for models, status in (("joy=m *=n", "ok"), ("joy=m", "failed"), ("joy", "failed")):
        lines = said(check_personas, case_of({"OPENAI_API_KEY": "k", "DEFAULT_MODELS": models}))
        assert [line[0] for line in lines] == [status]


def test_a_model_is_asked_as_it_was_trained(folder: Path) -> None:
    """One text where the manifest says so, whatever the persona's file says."""
    write_manifest(folder, format="text")

    assert uses_of(VARIABLES) == (Use(TUNED, ("joy", "interviewer", "superhero", "support"), is_text=True),)


def test_each_persona_may_have_its_own_model(folder: Path) -> None:
    """The default persona's comes first: it is the one that is asked without --paid."""
    (folder / "support.toml").write_text('model = "other"\n' + (folder / "support.toml").read_text())
    variables = {"OPENAI_API_KEY": "k", "PERSONAS_DIR": "mine", "DEFAULT_PERSONA": "support"}

    assert uses_of(variables) == (Use("other", ("support",), is_text=False),)
    assert [line[:3] for line in said(check_personas, case_of(variables))] == [
        ("failed", "personas", "no model is set for interviewer, joy, superhero")
    ]
