"""A model is asked as it was trained: what the manifest says stands above the persona's file."""

import pytest

from app.core.errors import ContentError
from app.core.manifest import PromptManifest, as_trained, describe_prompt, has_drifted, parse_manifest
from app.core.persona import Labels, Sampling
from app.core.prompt import build_prompt
from app.personas import load_personas

JOY = load_personas()["joy"]


def test_what_was_described_is_read_back() -> None:
    """A manifest written for a persona changes nothing but the shown examples, which training left out."""
    manifest = parse_manifest("m.json", {"prompt": describe_prompt(JOY, with_examples=False).model_dump()})

    assert as_trained(JOY, manifest) == JOY.model_copy(update={"examples": ()})
    assert not has_drifted(JOY, manifest)


def test_a_text_model_gets_its_separator_and_stop() -> None:
    """Bare words, the separator of training, and its end mark as stop; no instructions, no conversation."""
    manifest = PromptManifest(
        format="text", separator="\n\n###\n\n", end="\n", labels=Labels(user="", assistant=""),
        with_instructions=False, memory=False,
    )  # fmt: skip

    prompt = build_prompt(as_trained(JOY, manifest), (), "34, woman, storms")

    assert (prompt.text, prompt.sampling.stop) == ("34, woman, storms\n\n###\n\n", ("\n",))


def test_a_models_own_sampling_stands_above_the_personas() -> None:
    """A small tuned model answers best with other numbers than a large one; without any the persona's hold."""
    manifest = describe_prompt(JOY, with_examples=False)
    cool = Sampling(temperature=0.2, max_tokens=60)

    assert as_trained(JOY, manifest.model_copy(update={"sampling": cool})).sampling == cool
    assert as_trained(JOY, manifest).sampling == JOY.sampling


def test_other_instructions_than_in_training_are_noticed() -> None:
    """One changed word is enough; spaces around are not."""
    manifest = describe_prompt(JOY, with_examples=False)

    assert has_drifted(JOY.model_copy(update={"instructions": JOY.instructions + " Be brief."}), manifest)
    assert not has_drifted(JOY.model_copy(update={"instructions": f"\n{JOY.instructions} "}), manifest)


@pytest.mark.parametrize(
    ("manifest", "named"),
    [
        ([], 'has no "prompt" table'),
        ({"files": {}}, 'has no "prompt" table'),
        ({"prompt": {"format": "xml"}}, "prompt.format"),
        ({"prompt": {"format": "text", "seperator": "->"}}, "prompt.seperator"),
        ({"prompt": {"format": "text", "separator": ""}}, "prompt.separator"),
    ],
)
def test_what_is_no_manifest_is_refused_by_name(manifest: object, named: str) -> None:
    """The file and the key stand in the message."""
    with pytest.raises(ContentError, match=rf"manifest m\.json.*{named}"):
        parse_manifest("m.json", manifest)
