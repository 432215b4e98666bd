"""The command: give a persona a tuned model that has proved itself, or take it back."""

import getpass
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from app.core.persona import Persona
from app.personas import SHIPPED
from scripts.evaluation.history import Entry, history_path
from scripts.evaluation.persona_file import Change
from scripts.evaluation.places import SCORECARD, scorecard_folder
from scripts.evaluation.promotion import Candidate, dataset_manifest, promote, read_scorecard, roll_back
from scripts.evaluation.telling import told_errors
from scripts.evaluation.wish import find_persona, personas_folder
from scripts.finetuning.commands.wiring import json_option, say, show
from scripts.finetuning.ledger import Ledger
from scripts.launch import read_environment

_FILE = click.Path(path_type=Path)
_EPILOG = """\b
What is written: the line `model` of the persona's file, manifests/MODEL.json (how the model was trained to be asked)
and history/PERSONA.jsonl beside it. Exit code: 0 done, 1 refused, 2 used wrongly.

\b
example:
  python -m scripts.promote joy ft:smollm2-135m:local:joy:abc123
  python -m scripts.promote joy --rollback
"""


@click.command(epilog=_EPILOG)
@click.argument("persona_id", metavar="PERSONA")
@click.argument("model", required=False)
@click.option("--scorecard", type=_FILE, help="Its scorecard.  [default: where scripts.evaluate writes it]")
@click.option("--data", type=_FILE, help="The dataset it must be of.  [default: .data/PERSONA]")
@click.option("--force", "reason", metavar="REASON", help="Promote all the same; the reason is written down.")
@click.option("--rollback", is_flag=True, help="Put the former model back.")
@click.option("--personas", type=_FILE, help="Folder of persona files.  [default: PERSONAS_DIR, else the shipped ones]")
@click.option("--by", help="Who does it, for the history.  [default: your user name]")
@json_option
def main(
    persona_id: str,
    model: str | None,
    scorecard: Path | None,
    data: Path | None,
    reason: str | None,
    rollback: bool,
    personas: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Give a persona a tuned model, when its scorecard passed. Changes one line of the persona's file."""
    if rollback == bool(model):
        raise click.UsageError("name the MODEL to promote, or give --rollback, and not both")
    if reason is not None and not reason.strip():
        raise click.UsageError("--force needs a reason")
    environment = read_environment(Path(".env"), os.environ)
    at, by = datetime.now(UTC).isoformat(timespec="seconds"), by or getpass.getuser()
    with told_errors():
        folder = personas_folder(personas, environment)
        persona = find_persona(persona_id, folder)
        if model is None:
            change, entry = roll_back(folder, persona, at, by)
        else:
            file = scorecard or scorecard_folder(persona_id, model) / SCORECARD
            manifest = dataset_manifest(data or Path(".data") / persona_id)
            candidate = Candidate(folder, persona, model, read_scorecard(file), manifest)
            entry = _checked(candidate, reason, at, by, as_json=as_json)
            change = promote(candidate, entry)
            _tell_unknown_prompt(candidate)
    show({**asdict(entry), "file": str(change.path)}, f"{change.path}\n{change.diff()}", as_json=as_json)
    _tell_next(change, entry, persona, folder, environment)


def _checked(candidate: Candidate, reason: str | None, at: str, by: str, *, as_json: bool) -> Entry:
    """Return what is to be written down. Ends the command when there is nothing to do, or the answer is no."""
    if candidate.persona.model == candidate.model:
        say(f"{candidate.persona.id} uses {candidate.model} already; nothing to do")
        sys.exit(0)
    objections = candidate.objections(Ledger())
    if objections and reason is None:
        _refuse(candidate, objections, as_json=as_json)
    card = candidate.own_card()
    return Entry(
        at,
        by,
        "promote",
        candidate.model,
        candidate.persona.model,
        dataset=card["dataset"]["manifest_sha256"] if card else None,
        scorecard_date=card["date"] if card else None,
        reason=reason if objections else None,
        overruled=objections,
    )


def _refuse(candidate: Candidate, objections: Sequence[str], *, as_json: bool) -> None:
    command = f"python -m scripts.evaluate --persona {candidate.persona.id} --model {candidate.model}"
    words = [f"refused: {candidate.model} is not promoted", *(f"- {objection}" for objection in objections)]
    show({"refused": objections, "model": candidate.model}, "\n".join(words), as_json=as_json)
    say(f"To evaluate it: {command}")
    sys.exit(1)


def _counted(objections: Sequence[str]) -> str:
    return "1 objection" if len(objections) == 1 else f"{len(objections)} objections"


def _tell_unknown_prompt(candidate: Candidate) -> None:
    if candidate.prompt() is None:
        say(f"How {candidate.model} was trained to be asked is not known: neither scorecard nor dataset is there.")
        say(f'It is asked as the persona\'s file says (format = "{candidate.persona.format}").')


def _tell_next(change: Change, entry: Entry, persona: Persona, folder: Path, environment: Mapping[str, str]) -> None:
    if entry.action == "rollback":
        say(f"{persona.id} is back at {entry.model or 'the setting MODEL, having none of its own'}.")
    if entry.overruled:
        say(f"Overruled and written down in {history_path(folder, persona.id)}: {_counted(entry.overruled)}.")
    if environment.get("MODEL"):
        say(f"The setting MODEL={environment['MODEL']} stands above it: unset it, or nothing changes.")
    if folder == SHIPPED:
        place = os.path.relpath(change.path.parent)
        say(f"Next: git add {place} && git commit -m {json.dumps(_subject(persona, entry))} && git push")
    else:
        say("Next: restart the server; it reads personas when it starts.")


def _subject(persona: Persona, entry: Entry) -> str:
    return f"{'Promote' if entry.action == 'promote' else 'Roll back'} the model of {persona.id}"


if __name__ == "__main__":
    main()
