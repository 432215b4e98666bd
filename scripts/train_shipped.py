"""Train the adapter that comes with the project, from JOY's conversations to scripts/local_engine/adapters.

python -m scripts.train_shipped
"""

import os
import signal
from pathlib import Path

import click

from app.personas import SHIPPED
from scripts.launch import ROOT
from scripts.local_engine.shipped import FOLDER
from scripts.local_training import Recipe, TrainingFailed, Workplace, build_files, engine_in, train
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

_EPILOG = """\b
The same by hand: scripts.build_dataset, scripts.local_engine, scripts.finetune create and follow.

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
def main(work: Path, port: int) -> None:
    """Train JOY's adapter on this machine and put it in its place, with its manifest and loss curve.

    About 20 minutes on two cores, 3 GB of memory. Killed, it goes on where it was when run again. The same machine and
    versions give the same bytes.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the engine is to end with us, however we are asked to
    work = work.resolve()
    place = Workplace(ROOT, os.environ)
    try:
        build_files(RECIPE, work / "dataset", place)
        with engine_in(work / "engine", port, place) as (_, talking):
            job = train(RECIPE, work / "dataset", talking)
            out = ship(job, MODEL, RECIPE, Places(work, FOLDER / RECIPE.persona, SHIPPED / "manifests"), talking)
    except TrainingFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}; look at git diff, then: python -m scripts.evaluate")


if __name__ == "__main__":
    main()
