"""The command: base, prompted and tuned model side by side, as numbers, a page, and a verdict."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from scripts.agreement import agree
from scripts.dataset.files import write_whole
from scripts.evaluation.asking import Confirm, Gathered, Interrupted, Manner, gather
from scripts.evaluation.endpoint import Endpoint
from scripts.evaluation.held_out import HeldOut
from scripts.evaluation.page import page
from scripts.evaluation.places import SCORECARD, answers_file, scorecard_folder
from scripts.evaluation.plan import Plan, is_free
from scripts.evaluation.scorecard import measure_all, scorecard
from scripts.evaluation.table import show
from scripts.evaluation.telling import told_errors
from scripts.evaluation.wish import Wish, prepare
from scripts.finetuning.commands.wiring import json_option, require_address, say, yes_option
from scripts.generation.asking import Patience
from scripts.generation.estimate import Estimate
from scripts.generation.stopping import INTERRUPTED
from scripts.launch import read_environment

_FOLDER = click.Path(path_type=Path, file_okay=False)
_EPILOG = """\b
The endpoint is OPENAI_BASE_URL with OPENAI_API_KEY. Answers are kept in .data/evaluation/PERSONA as they arrive: a run
that was stopped goes on there, and nothing is paid twice; delete that folder to ask anew.
Exit code: 0 the tuned model passed, 1 it did not, 2 it could not be judged, 130 stopped by Ctrl-C.

\b
example:
  python -m scripts.evaluate --persona joy --data .data/joy --model ft:smollm2-135m:local:joy:abc123
"""


@click.command(epilog=_EPILOG)
@click.option("--persona", required=True, help="Whose prompt and dataset it is.")
@click.option("--data", type=click.Path(path_type=Path), help="The dataset's folder.  [default: .data/PERSONA]")
@click.option("--model", help="The tuned model.  [default: the persona's own]")
@click.option("--base", help="What it was tuned from.  [default: as the tuned model's name says]")
@click.option("--judge", metavar="MODEL", help="Ask this model, too, which answers are better.")
@click.option("--probes", multiple=True, type=click.Path(path_type=Path), help="A file of probes in place of ours.")
@click.option("--limit", type=click.IntRange(1), help="Take only so many held-out answers, by chance.")
@click.option("--seed", type=int, default=1, show_default=True, help="For the models' chance, and for --limit.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Requests at a time.")
@click.option("--attempts", type=click.IntRange(1, 20), default=4, show_default=True, help="Tries for each answer.")
@click.option("--timeout", type=click.FloatRange(1), default=120.0, show_default=True, help="Seconds of silence.")
@click.option(
    "--personas", type=_FOLDER, help="Folder of persona files.  [default: PERSONAS_DIR, else the shipped ones]"
)
@click.option("--out", type=_FOLDER, help="Where to write.  [default: .data/evaluation/PERSONA/MODEL]")
@click.option("--date", help="The date in the scorecard.  [default: today, UTC]")
@yes_option
@json_option
def main(
    jobs: int,
    attempts: int,
    timeout: float,
    out: Path | None,
    date: str | None,
    yes: bool,
    as_json: bool,
    **wished: Any,
) -> None:
    """Compare a tuned model with its base: alone, and with the persona's whole prompt (instructions and examples).

    All three answer the dataset's held-out questions and a few probes. Writes scorecard.json and scorecard.html.
    """
    wish = Wish(**wished)
    with told_errors():
        environment = read_environment(Path(".env"), os.environ)
        address = require_address(environment)
        plan, held_out = prepare(wish, address.base_url, environment)
        manner = Manner(answers_file(plan.persona.id), jobs, Patience(attempts))
        try:
            gathered = gather(plan, Endpoint(address, timeout), manner, _confirm(address.base_url, yes=yes), say)
        except Interrupted:
            say("stopped; the same command goes on and pays nothing twice")
            sys.exit(INTERRUPTED)
    card = _write(plan, held_out, gathered, out, date or datetime.now(UTC).date().isoformat(), as_json=as_json)
    sys.exit(0 if card["passed"] else 1)


def _write(
    plan: Plan, held_out: HeldOut, gathered: Gathered, out: Path | None, date: str, *, as_json: bool
) -> Mapping[str, Any]:
    findings = measure_all(plan, gathered)
    card = scorecard(plan, held_out, gathered, findings, date)
    text = json.dumps(card, ensure_ascii=False, indent=2)
    folder = out or scorecard_folder(plan.persona.id, card["model"])
    write_whole(folder / "scorecard.html", page(plan, gathered, findings, card))
    write_whole(folder / SCORECARD, f"{text}\n")
    click.echo(text if as_json else show(card, folder))
    return card


def _confirm(base_url: str, *, yes: bool) -> Confirm:
    def confirm(estimates: Sequence[Estimate]) -> None:
        for estimate in estimates:
            say(f"{estimate.model} at {base_url}: {estimate}")
        if not all(map(is_free, estimates)):
            agree("Go on?", yes=yes)

    return confirm


if __name__ == "__main__":
    main()
