"""A whole training on this machine, through the project's own commands: dataset, engine, job, from one recipe.

What the README shows as three command lines, for programs. Each part may be killed and run again: it goes on.
"""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.launch import ROOT, local_engine

_STDERR = 2  # the descriptor: results go to stdout, and what other commands say is none
_DONE, _NO = 0, 1  # exit codes of our commands


class TrainingFailed(Exception):
    """A command of the way did not do its part; its own words are on stderr."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is trained and how. `file` is seen from the repository's root.

    `split` is percent for train/validation/test; None leaves a number to the engine.
    """

    source: str
    file: Path
    persona: str
    split: str = "80/10/10"
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate_multiplier: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where our commands run: `folder` is the current one for them, with their notes in its .data."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, module: str, *arguments: str) -> None:
        """Run a command of ours; what it prints goes to stderr. Raises TrainingFailed."""
        self._run(module, arguments, _STDERR)

    def ask(self, module: str, *arguments: str) -> Any:
        """Run a command of ours with --json and return its answer. Raises TrainingFailed."""
        return json.loads(self._run(module, (*arguments, "--json"), subprocess.PIPE))

    def judge(self, module: str, *arguments: str) -> Any:
        """Run a command of ours with --json and return its answer, which may be no. Raises TrainingFailed."""
        return json.loads(self._run(module, (*arguments, "--json"), subprocess.PIPE, accepted=(_DONE, _NO)))

    def _run(self, module: str, arguments: tuple[str, ...], stdout: int, accepted: Collection[int] = (_DONE,)) -> str:
        path = os.pathsep.join(filter(None, [str(ROOT), self.environment.get("PYTHONPATH")]))
        environment = {**self.environment, "PYTHONPATH": path}
        command = [sys.executable, "-m", module, *arguments]
        ended = subprocess.run(command, cwd=self.folder, env=environment, stdout=stdout, text=True, check=False)
        if ended.returncode not in accepted:
            raise TrainingFailed(f"{module} ended with status {ended.returncode}; its reason is above")
        return ended.stdout or ""


def build_files(recipe: Recipe, dataset: Path, place: Workplace) -> None:
    """Build the recipe's training files in a folder. Raises TrainingFailed."""
    file, out = str(ROOT / recipe.file), str(dataset.resolve())
    options = ["--persona", recipe.persona, "--split", recipe.split, "--out", out]
    place.run("scripts.build_dataset", recipe.source, file, *options)


@contextmanager
def engine_in(
    folder: Path, port: int, place: Workplace, *options: str
) -> Iterator[tuple["subprocess.Popen[str]", Workplace]]:
    """Run an engine that keeps its state in a folder; give its process and a workplace where commands talk to it.

    `port` 0 takes any free one. A job that is to be found again needs the same port: notes are kept by address.
    `options` are more of the engine's own.
    """
    where = ("--data", str(folder.resolve()), "--port", str(port))
    with local_engine(place.environment, *where, *options) as (engine, base_url):
        spoken_to = {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "local"}
        yield engine, Workplace(place.folder, {**place.environment, **spoken_to})


def train(recipe: Recipe, dataset: Path, place: Workplace) -> str:
    """Train on the files in `dataset` and return the job's id when it has succeeded. Raises TrainingFailed."""
    files = {"--train": dataset / "chat_train.jsonl", "--validation": dataset / "chat_validation.jsonl"}
    numbers = {
        "--epochs": recipe.epochs,
        "--batch-size": recipe.batch_size,
        "--lr-multiplier": recipe.learning_rate_multiplier,
        "--seed": recipe.seed,
    }
    given = {name: str(number) for name, number in numbers.items() if number is not None}
    paths = {name: str(path.resolve()) for name, path in files.items()}
    options = [word for pair in (paths | given).items() for word in pair]
    made = place.ask("scripts.finetune", "create", *options, "--suffix", recipe.persona, "--yes")
    job = str(made["job"]["id"])
    place.run("scripts.finetune", "follow", job)
    return job
