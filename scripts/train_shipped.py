"""Train the adapter that comes with the project, from JOY's conversations to scripts/local_engine/adapters.

Then measure it, and put the scorecard beside it.

python -m scripts.train_shipped
"""

import os
import signal
from pathlib import Path

import click

from app.personas import SHIPPED
from scripts.dataset.files import sha256
from scripts.embedded import adapter_options
from scripts.launch import ROOT
from scripts.local_engine.shipped import FOLDER, shipped_adapters
from scripts.local_engine.weights import WeightsError
from scripts.local_training import Recipe, TrainingFailed, Workplace, build_files, engine_in, train
from scripts.shipped_scorecard import add_scorecard
from scripts.shipping import Places, ship

MODEL = "smollm2-135m-joy"

RECIPE = Recipe(
    source="chat_transcripts",
    file=Path("scripts/data/joy.yml"),
    persona="joy",
    epochs=3,
    batch_size=4,
    learning_rate_multiplier=1.0,
    seed=7,
)

_ADAPTER = FOLDER / RECIPE.persona
_PAGE = Path("evaluation") / "scorecard.html"

_EPILOG = """\b
The same by hand: scripts.build_dataset, scripts.local_engine, scripts.finetune create and follow, scripts.evaluate.

\b
example:
pip install -r scripts/requirements.txt -r scripts/local_engine/requirements-training.txt
python -m scripts.train_shipped
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".data/shipped"),
    show_default=True,
    help="Where the training files and the engine's state are kept; an unfinished training goes on from there.",
)
@click.option("--port", default=8091, show_default=True, help="Port of the engine, the same when it is run again.")
@click.option("--only-scorecard", is_flag=True, help="Measure the adapter that is there; train nothing.")
def main(work: Path, port: int, only_scorecard: bool) -> None:
    """Train JOY's adapter on this machine and put it in its place, with manifest, loss curve and scorecard.

    About 20 minutes on two cores and 10 more for the scorecard, 3 GB of memory. Killed, it goes on where it was when
    run again. The same machine and versions give the same bytes.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the engine is to end with us, however we are asked to
    work = work.resolve()
    place = Workplace(ROOT, os.environ)
    try:
        build_files(RECIPE, work / "dataset", place)
        if not only_scorecard:
            _train(work, port, place)
        scorecard = _measure(work, port, place)
    except (TrainingFailed, WeightsError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{scorecard}; look at {work / _PAGE}, then at git diff")


def _train(work: Path, port: int, place: Workplace) -> None:
    with engine_in(work / "engine", port, place) as (_, talking):
        job = train(RECIPE, work / "dataset", talking)
        ship(job, MODEL, RECIPE, Places(work, _ADAPTER, SHIPPED / "manifests"), talking)


def _measure(work: Path, port: int, place: Workplace) -> Path:
    """Measure what lies in its place. Answers are kept by the adapter's hash: of another one they would not hold."""
    (shipped,) = (adapter for adapter in shipped_adapters() if adapter.model == MODEL)
    answers = work / "answers" / sha256(shipped.gguf)[:12]
    answers.mkdir(parents=True, exist_ok=True)
    with engine_in(work / "engine", port, place, *adapter_options([shipped])) as (_, talking):
        judge = Workplace(answers, talking.environment)
        return add_scorecard(_ADAPTER, work / "dataset", (work / _PAGE).parent, judge)


if __name__ == "__main__":
    main()
