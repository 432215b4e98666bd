"""May a model take a persona's place? Reads the scorecard, and says everything that speaks against it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import ContentError
from app.core.manifest import PromptManifest, parse_manifest
from app.core.persona import Persona
from app.personas import manifest_path
from scripts.dataset.files import sha256, write_whole
from scripts.dataset.folders import MARK
from scripts.evaluation.history import Entry, history_path, last_standing, read_history, write_entry
from scripts.evaluation.persona_file import Change, change_model
from scripts.evaluation.places import MADE_BY
from scripts.evaluation.types import BadInput
from scripts.finetuning.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that is to be a persona's, with its scorecard as far as there is one, and the dataset's manifest."""

    folder: Path
    persona: Persona
    model: str
    card: Mapping[str, Any] | None
    dataset: Path

    def objections(self, ledger: Ledger) -> Sequence[str]:
        """Return what speaks against it, in words; nothing when it may be promoted."""
        if self.card is None:
            return ["there is no scorecard of it"]
        return [*_identity(self.card, self), *_dataset(self.card, self.dataset, ledger), *_numbers(self.card)]

    def own_card(self) -> Mapping[str, Any] | None:
        """Return the scorecard where it is of this very model."""
        return self.card if self.card is not None and self.card.get("model") == self.model else None

    def prompt(self) -> PromptManifest | None:
        """Return how the model was trained to be asked: by its scorecard, else by the dataset; None if neither says."""
        card = self.own_card()
        if card is not None:
            return parse_manifest("scorecard", card)
        if self.dataset.exists():
            return parse_manifest(self.dataset.name, json.loads(self.dataset.read_text(encoding="utf-8")))
        return None


def read_scorecard(path: Path) -> Mapping[str, Any] | None:
    """Return a scorecard, None when it is not there. Raises BadInput when the file is something else."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} is not readable as a scorecard: {error}") from error
    if not isinstance(card, dict) or card.get("made_by") != MADE_BY:
        raise BadInput(f"{path} is no scorecard of python -m {MADE_BY}")
    return card


def dataset_manifest(data: Path) -> Path:
    """Return the manifest of a dataset that is named by its folder or its manifest."""
    return data if data.suffix == ".json" else data / MARK


def promote(candidate: Candidate, entry: Entry) -> Change:
    """Write the model's manifest, then the history, then the persona's line; return the line's change.

    A process that is killed in between leaves the persona as it was. Raises ContentError before anything is written.
    """
    change = change_model(_file(candidate.folder, candidate.persona), candidate.model)
    prompt = candidate.prompt()
    if prompt is not None:
        manifest = {"model": candidate.model, "prompt": prompt.model_dump(mode="json"), "dataset": entry.dataset}
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        write_whole(manifest_path(candidate.folder, candidate.model), text)
    write_entry(history_path(candidate.folder, candidate.persona.id), entry)
    change.make()
    return change


def roll_back(folder: Path, persona: Persona, at: str, by: str) -> tuple[Change, Entry]:
    """Put the former model back; return the line's change and what was written down.

    Raises BadInput when nothing was promoted, or another model was put in by hand since.
    """
    path = history_path(folder, persona.id)
    last = last_standing(read_history(path))
    if last is None:
        raise BadInput(f"nothing to roll back: {path} knows of no promotion of {persona.id}")
    if last.model != persona.model:
        raise BadInput(
            f"{persona.id} uses {persona.model}, and {last.model} was promoted last; change its file by hand"
        )
    change = change_model(_file(folder, persona), last.former)
    entry = Entry(at, by, "rollback", last.former, last.model)
    write_entry(path, entry)
    change.make()
    return change, entry


def _file(folder: Path, persona: Persona) -> Path:
    return folder / f"{persona.id}.toml"


def _identity(card: Mapping[str, Any], candidate: Candidate) -> Iterator[str]:
    if card.get("model") != candidate.model:
        yield f"the scorecard is of {card.get('model')}"
    if card.get("persona") != candidate.persona.id:
        yield f"the scorecard is for the persona {card.get('persona')}"


def _dataset(card: Mapping[str, Any], dataset: Path, ledger: Ledger) -> Iterator[str]:
    """Compare the scorecard's dataset with the one at hand, and with what the model was trained on, where known."""
    judged = card["dataset"]
    if not dataset.exists():
        yield f"{dataset} is not there, so nobody knows whether the scorecard is of it; name the dataset with --data"
    elif sha256(dataset) != judged["manifest_sha256"]:
        yield f"{dataset} is another dataset than the scorecard's, or was built anew; evaluate again"
    trained = _trained_on(str(card["model"]), ledger)
    if trained is not None and trained not in judged["files"].values():
        yield "the model was trained on another file than the train split of the scorecard's dataset"


def _trained_on(model: str, ledger: Ledger) -> str | None:
    """Return the SHA-256 of a model's training file, None when it was not trained from here."""
    job = next((line["job"] for line in ledger.lines("ended") if line.get("model") == model), None)
    run = next((line["run_id"] for line in ledger.lines("created") if line["job"] == job), None)
    intent = next((line for line in ledger.lines("intent") if line["run_id"] == run), None)
    return str(intent["sha256"]["train"]) if intent else None


def _numbers(card: Mapping[str, Any]) -> Iterator[str]:
    failed = [f"{rule['demand']}: {rule['found']}" for rule in card["rules"] if rule["passed"] is False]
    yield from failed
    if not failed and card["passed"] is not True:
        raise ContentError("the scorecard says neither that it passed nor what failed; evaluate again")
