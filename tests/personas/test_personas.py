"""The folder of personas: what is shipped can be started with, and a folder that cannot is refused in words."""

import json
from pathlib import Path

import pytest

from app.core.errors import ContentError
from app.core.languages import language_name
from app.core.persona import Persona
from app.personas import SHIPPED, as_asked, load_personas

WORDS = 'name = "{name}"\ninstructions = ""\ngreeting = "a"\nfallback = "b"\nreprompt = "c"\nfarewell = "d"\n'


def test_shipped_personas_load_under_the_names_of_their_files() -> None:
    """Whatever file lies in the folder is a persona, found by the file's name."""
    personas = load_personas()

    assert list(personas) == sorted(file.stem for file in SHIPPED.glob("*.toml"))
    assert {"joy", "interviewer", "support", "superhero"} <= set(personas)
    assert [persona.id for persona in personas.values()] == list(personas)


@pytest.mark.parametrize("persona", load_personas().values(), ids=lambda persona: persona.id)
def test_shipped_personas_have_two_fallback_lines_in_every_language(persona: Persona) -> None:
    """Two failures in a row must not sound like a broken record, and no language is half there."""
    languages = set(persona.greeting)

    assert all(language == "*" or language_name(language) for language in languages)
    assert all(set(words) == languages for words in (persona.fallback, persona.reprompt, persona.farewell))
    assert all(len(lines) >= 2 for lines in persona.fallback.values())


def test_joy_is_told_that_she_is_an_ai() -> None:
    """The model is instructed with the truth; that people are told it does not depend on the model."""
    joy = load_personas()["joy"]

    assert "You are an AI, not a human and not a therapist." in joy.instructions
    assert joy.safety == "strict"


def test_load_reads_files_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Windows editors put a mark in front of UTF-8; the file is read all the same."""
    (tmp_path / "zoe.toml").write_text(WORDS.format(name="Zoë"), encoding="utf-8-sig")

    assert load_personas(tmp_path)["zoe"].name == "Zoë"


def test_load_refuses_a_folder_without_personas(tmp_path: Path) -> None:
    """An empty folder is said to be empty, with the setting that names it."""
    with pytest.raises(ContentError) as caught:
        load_personas(tmp_path)

    assert str(caught.value) == (
        f"no persona found: {tmp_path} holds no .toml file; set PERSONAS_DIR to a folder that does"
    )


@pytest.mark.parametrize("content", [b'name = "A', b"\xff\xfe\x00", b'name = "A"\nname = "B"'])
def test_load_names_the_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    """Broken quotes, other encodings and doubled keys are laid at the door of their file."""
    (tmp_path / "bad.toml").write_bytes(content)

    with pytest.raises(ContentError, match=r"\Apersona bad\.toml: not readable as TOML: "):
        load_personas(tmp_path)


def test_load_refuses_two_personas_for_one_intent(tmp_path: Path) -> None:
    """An intent leads to one persona only, or who answers would depend on the order of files."""
    for name in ("ann", "bob"):
        (tmp_path / f"{name}.toml").write_text(WORDS.format(name=name) + 'intents = ["talk"]\n', "utf-8")

    with pytest.raises(ContentError) as caught:
        load_personas(tmp_path)

    assert str(caught.value) == 'personas ann and bob both claim intent "talk"; leave it to one'


TUNED = "ft:tiny:local:ann:1/2"


def manifest_in(folder: Path, content: str) -> None:
    """Put a manifest where that of the tuned model belongs."""
    (folder / "manifests").mkdir()
    (folder / "manifests" / "ft-tiny-local-ann-1-2.json").write_text(content)


def test_a_model_is_asked_as_its_manifest_says(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The manifest is found by the model's id; other instructions than in training are logged, nothing of them is."""
    prompt = {"format": "text", "separator": " =>", "end": " STOP", "instructions_sha256": "0"}
    manifest_in(tmp_path, json.dumps({"model": TUNED, "prompt": prompt}))
    (tmp_path / "ann.toml").write_text(WORDS.format(name="Ann"))
    ann = load_personas(tmp_path)["ann"]

    asked = as_asked(ann, TUNED, tmp_path)

    assert (asked.format, asked.separator, asked.end) == ("text", " =>", " STOP")
    assert [(record.levelname, record.__dict__["persona"]) for record in caplog.records] == [("WARNING", "ann")]


def test_a_model_without_a_manifest_gets_the_personas_own_prompt(tmp_path: Path) -> None:
    """A base model, chosen for a day by setting, is not asked like the tuned one beside it."""
    manifest_in(tmp_path, json.dumps({"model": TUNED, "prompt": {"format": "text"}}))
    (tmp_path / "ann.toml").write_text(f'model = "{TUNED}"\n' + WORDS.format(name="Ann"))
    ann = load_personas(tmp_path)["ann"]

    assert as_asked(ann, "tiny", tmp_path) == ann


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "is not readable as JSON"),
        ("[]", "names no model"),
        ('{"prompt": {"format": "chat"}}', "names no model"),
        ('{"model": "ft:tiny:local:ann:1:2", "prompt": {}}', '"ft:tiny:local:ann:1:2".*"ft:tiny:.*1/2"'),
        (json.dumps({"model": TUNED}), 'has no "prompt" table'),
    ],
)
def test_a_manifest_that_is_not_this_models_stops_the_start(tmp_path: Path, content: str, named: str) -> None:
    """Broken, or of another model: asking a tuned model in another way than it was trained would be a guess."""
    manifest_in(tmp_path, content)
    (tmp_path / "ann.toml").write_text(WORDS.format(name="Ann"))

    with pytest.raises(ContentError, match=rf"\Amanifest ft-tiny-local-ann-1-2\.json.*{named}"):
        as_asked(load_personas(tmp_path)["ann"], TUNED, tmp_path)
