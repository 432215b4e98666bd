"""From the command's options to what is to be evaluated; all that can be wrong with them is told before asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import ContentError
from app.core.persona import Persona
from app.personas import SHIPPED, load_personas, read_manifest
from scripts.dataset.model_names import base_of
from scripts.evaluation.arms import make_arms
from scripts.evaluation.held_out import HeldOut, read_held_out
from scripts.evaluation.plan import Plan, sampled
from scripts.evaluation.probes import probe_files, read_probes
from scripts.evaluation.types import BadInput, Item


@dataclass(frozen=True, slots=True)
class Wish:
    """The options, None or empty where nothing was said."""

    persona: str
    model: str | None
    base: str | None
    data: Path | None
    probes: Sequence[Path]
    judge: str | None
    limit: int | None
    seed: int
    personas: Path | None


def prepare(wish: Wish, base_url: str, environment: Mapping[str, str]) -> tuple[Plan, HeldOut]:
    """Return the plan and its dataset. Raises BadInput and ContentError.

    The tuned model is asked as its own manifest says where it has one, otherwise as the dataset's does.
    """
    folder = personas_folder(wish.personas, environment)
    persona = find_persona(wish.persona, folder)
    tuned = wish.model or persona.model
    if not tuned:
        raise BadInput(f"no model to evaluate: give --model, or put model = in {folder / persona.id}.toml")
    held_out = read_held_out(wish.data or Path(".data") / persona.id, persona)
    manifest = read_manifest(folder, tuned) or held_out.prompt
    base = wish.base or _base_of(tuned)
    arms = make_arms(persona, base, tuned, manifest, held_out.language, held_out.history_tokens)
    items = [*sampled(held_out.items, wish.limit, wish.seed), *_probes(wish)]
    return Plan(base_url, persona, manifest, arms, items, wish.seed, wish.judge), held_out


def personas_folder(named: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the folder of personas that is named, set, or shipped."""
    return named or Path(environment.get("PERSONAS_DIR") or SHIPPED)


def find_persona(name: str, folder: Path) -> Persona:
    """Return a persona of a folder. Raises ContentError, which names those that there are."""
    personas = load_personas(folder)
    if name not in personas:
        raise ContentError(f'there is no persona "{name}" in {folder}; there are: {", ".join(personas)}')
    return personas[name]


def _base_of(tuned: str) -> str:
    if not tuned.startswith("ft:"):
        raise BadInput(f"what {tuned} was tuned from is not in its name; give --base")
    return base_of(tuned)


def _probes(wish: Wish) -> Sequence[Item]:
    return [probe for file in wish.probes or probe_files(wish.persona) for probe in read_probes(file)]
