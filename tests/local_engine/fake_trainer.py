"""Stands in for the trainer: takes steps that learn nothing, saves them, and ends as the job's seed says.

python -m tests.local_engine.fake_trainer JOB_FOLDER

It looks at the seed, for that is what a test can set: see SEEDS.
"""

import os
import signal
import sys
import time
from pathlib import Path

import click

from scripts.local_engine.trainer.order import GGUF_FILE, RESULTS_FILE, checkpoint_folder, read_order
from scripts.local_engine.trainer.wire import Wire, open_wire

SEEDS = {
    "well": 1,
    "slow": 2,
    "killed once": 3,
    "killed always": 4,
    "refuses": 5,
    "disk full": 6,
    "bad adapter": 7,
    "endless": 8,
}
STEPS = 6


def main() -> None:
    """Train as the seed says, from the step that was saved last."""
    wire, folder = open_wire(), Path(sys.argv[1])
    seed = read_order(folder).seed
    saved = folder / "saved"
    step = int(saved.read_text()) if saved.is_file() else 0
    if seed == SEEDS["killed always"]:
        click.echo("Segmentation fault of a test", err=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == SEEDS["refuses"]:
        wire.tell("failed", code="invalid_file", message="line 3: nothing to learn", param="training_file")
        return
    wire.tell("started", step=step, total_steps=STEPS, device="cpu")
    _train(wire, folder, seed, step)


def _train(wire: Wire, folder: Path, seed: int, step: int) -> None:
    while step < STEPS:
        step += 1
        time.sleep({SEEDS["slow"]: 0.25, SEEDS["endless"]: 30}.get(seed, 0.01))
        wire.tell("step", total_steps=STEPS, metrics={"step": step, "train_loss": 1 / step})
        (folder / "saved").write_text(str(step))
        if step == 3 and seed == SEEDS["killed once"] and not (folder / "killed").exists():
            (folder / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if step == 3 and seed == SEEDS["disk full"]:
            wire.tell("failed", code="storage_error", message="No space left on device", param=None)
            return
        if step % 3 == 0:
            _keep(wire, folder, seed, step)
        if wire.is_pause_asked and step < STEPS:
            wire.tell("paused", step=step)
            return
    (folder / RESULTS_FILE).write_text("step,train_loss\n1,1.0\n")
    wire.tell("done", step=STEPS, trained_tokens=99)


def _keep(wire: Wire, folder: Path, seed: int, step: int) -> None:
    place = checkpoint_folder(folder, step)
    place.mkdir(parents=True, exist_ok=True)
    (place / GGUF_FILE).write_text("bad" if seed == SEEDS["bad adapter"] else "good")
    wire.tell("checkpoint", step=step, metrics={"step": step, "train_loss": 1 / step})


if __name__ == "__main__":
    main()
