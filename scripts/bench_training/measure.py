"""One way of training, in a process of its own, so that its memory is its own.

As a process: python -m scripts.bench_training.measure WAY FOLDER, the folder with an order for the trainer.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from scripts.bench_training.trained import Trained
from scripts.local_engine.children import end_child, module_command, start_child

Way = Callable[[Path], Trained]

WAYS = {"bare": "bare_loop", "engine": "engine_loop"}
"""The modules of this package that have a `train`."""

_NICENESS = (
    10  # the engine's trainer takes it for itself, so the bare loop gets it as well: a busy machine is fair then
)


class WayFailed(Exception):
    """A way ended without having trained; its own words are on stderr."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a way took; `peak_mb` is the most memory that its process ever held, libraries and model included."""

    examples: int
    tokens: int
    seconds: float
    loss: float
    peak_mb: int

    @property
    def tokens_per_s(self) -> float:
        return self.tokens / self.seconds


def measure(way: str, folder: Path) -> Measured:
    """Run a way in a new process and return what it took. Raises WayFailed."""
    child = start_child([*module_command(__name__), way, str(folder)])
    said = child.stdout.read() if child.stdout else ""
    end_child(child)
    if child.returncode != 0:
        raise WayFailed(f"the {way} way ended with status {child.returncode}; its reason is above")
    return Measured(**json.loads(said))


def main(way: str, folder: Path) -> None:
    """Go one way and print what it took as JSON."""
    if way == "bare" and hasattr(os, "nice"):
        os.nice(_NICENESS)
    train: Way = import_module(f"scripts.bench_training.{WAYS[way]}").train
    trained = train(folder)
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({**asdict(trained), "peak_mb": max(peaks) // 1024}))  # KiB on Linux


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
