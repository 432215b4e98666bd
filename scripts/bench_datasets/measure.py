"""One way from tweets to training lines, in a process of its own, so that its memory is its own.

As a process: python -m scripts.bench_datasets.measure WAY TWEETS OUT
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter

Way = Callable[[Path, Path], int]

WAYS = {"pandas loop": "pandas_loop", "ours": "chat_lines"}
"""The modules of this package that have a `write_lines`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` from opening the file to the last line written, without `start_s`, the imports; peak of all of it."""

    lines: int
    start_s: float
    seconds: float
    peak_mb: int


def measure(way: str, tweets: Path, out: Path) -> Measured:
    """Run a way in a new process and return what it took. Raises CalledProcessError with its stderr shown."""
    command = [sys.executable, "-m", __name__, way, str(tweets), str(out)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(**json.loads(done.stdout))


def main(way: str, tweets: Path, out: Path) -> None:
    """Go one way and print what it took as JSON."""
    started = perf_counter()
    write_lines: Way = import_module(f"scripts.bench_datasets.{WAYS[way]}").write_lines
    opened = perf_counter()
    lines = write_lines(tweets, out)
    seconds = perf_counter() - opened
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # KiB on Linux
    print(json.dumps(asdict(Measured(lines, round(opened - started, 2), round(seconds, 2), peak_mb))))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
