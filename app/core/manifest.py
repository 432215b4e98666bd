"""How a model was trained to be asked: what the dataset tools write down beside the training files, and serving obeys.

A manifest belongs to a model. Whichever persona asks that model asks it exactly so, whatever its own file says:
separator and end mark can never drift from training. Of a manifest only `prompt` and `model` are read here; the rest of
it is for people.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import ContentError
from app.core.persona import Labels, Mark, Persona

_ODD = re.compile(r"[^A-Za-z0-9._-]")


class PromptManifest(BaseModel):
    """The `prompt` table of a manifest.

    `with_instructions` and `with_examples` say whether the persona's instructions and shown examples (few-shot) stood
    in the training prompts. `instructions_sha256` is of the instructions then, None when there were none.
    `memory` is false where each training prompt was one message alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["chat", "text"]
    separator: Mark = " ->"
    end: Mark = " END"
    labels: Labels = Labels()
    with_instructions: bool = True
    with_examples: bool = False
    memory: bool = True
    instructions_sha256: str | None = None


def describe_prompt(persona: Persona, *, with_examples: bool) -> PromptManifest:
    """Return how this persona's training prompts are made, for the manifest."""
    return PromptManifest(
        format=persona.format,
        separator=persona.separator,
        end=persona.end,
        labels=persona.labels,
        with_examples=with_examples,
        memory=persona.memory,
        instructions_sha256=fingerprint(persona.instructions),
    )


def parse_manifest(name: str, manifest: Any) -> PromptManifest:
    """Return the `prompt` table of a manifest read from JSON. Raises ContentError naming the file and what is wrong."""
    table = manifest.get("prompt") if isinstance(manifest, Mapping) else None
    if not isinstance(table, Mapping):
        raise ContentError(f'manifest {name}: has no "prompt" table; it must be one that a dataset script wrote')
    try:
        return PromptManifest.model_validate(table)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise ContentError(f"manifest {name}: prompt.{problems}") from None


def file_name(model: str) -> str:
    """Return the name of a model's manifest: its id with "-" for all that is odd in file names, and .json."""
    return f"{_ODD.sub('-', model)}.json"


def check_model(name: str, manifest: Any, model: str) -> None:
    """Raise ContentError unless the manifest says itself that it is this model's: odd ids may share a file name."""
    found = manifest.get("model") if isinstance(manifest, Mapping) else None
    if found != model:
        named = f'is of the model "{found}"' if isinstance(found, str) else "names no model"
        raise ContentError(f'manifest {name}: {named}, and was looked for as that of "{model}"; correct "model" in it')


def as_trained(persona: Persona, manifest: PromptManifest) -> Persona:
    """Return the persona with the prompt that its model was trained on."""
    return persona.model_copy(
        update={
            "format": manifest.format,
            "separator": manifest.separator,
            "end": manifest.end,
            "labels": manifest.labels,
            "memory": persona.memory and manifest.memory,
            "instructions": persona.instructions if manifest.with_instructions else "",
            "examples": persona.examples if manifest.with_examples else (),
        }
    )


def has_drifted(persona: Persona, manifest: PromptManifest) -> bool:
    """Tell whether the persona's instructions are others than those its model was trained with."""
    return manifest.with_instructions and manifest.instructions_sha256 != fingerprint(persona.instructions)


def fingerprint(instructions: str) -> str:
    """Return the SHA-256 of instructions, in hex; spaces around them do not count."""
    return hashlib.sha256(instructions.strip().encode()).hexdigest()
