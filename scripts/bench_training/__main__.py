"""Train the same both ways and print what each took, or measure a whole job: python -m scripts.bench_training"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from scripts.bench_training.measure import Measured, WayFailed, measure
from scripts.bench_training.whole_job import RECIPE, JobMeasured, measure_job
from scripts.dataset.files import whole_file
from scripts.local_engine.bases import find_base
from scripts.local_engine.trainer.order import INSTALL, Order, write_order
from scripts.local_training import TrainingFailed, Workplace, build_files
from scripts.progress import progress

LEAST_RATIO = 0.8
MOST_MINUTES = 30
MOST_PEAK_MB = 4_096

_MAX_TOKENS = 1_024
_NEEDED = ("torch", "transformers", "peft", "gguf")

_EPILOG = """\b
example:
pip install -r scripts/local_engine/requirements-training.txt
python -m scripts.bench_training --times 3
python -m scripts.bench_training --job
"""


@click.command(epilog=_EPILOG)
@click.option("--examples", type=click.IntRange(4), default=96, show_default=True, help="Of JOY's, for each run.")
@click.option("--batch-size", type=click.IntRange(1), default=4, show_default=True, help="Examples a step.")
@click.option("--times", type=click.IntRange(1), default=3, show_default=True, help="How often both ways are gone.")
@click.option("--threads", type=click.IntRange(1), help="Cores for either way.  [default: all, at most 8]")
@click.option("--base", type=click.Path(path_type=Path), help="A GGUF file or Hugging Face folder.  [default: SmolLM2]")
@click.option("--job", "is_job", is_flag=True, help="Measure a job on 400 conversations instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def main(ctx: click.Context, /, is_job: bool, as_json: bool, **asked: Any) -> None:
    """Compare the engine's training with a bare loop over peft and transformers: same data, rank, batch and threads.

    Both ways are gone in turns, so that what else the machine does falls on both; the middle run of each counts. Exit 1
    when the engine learns fewer than 0.8 tokens where the bare loop learns one, or with --job, when that takes 30
    minutes or more, or more than 4 GB.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise click.UsageError(f"{', '.join(missing)} is missing: {INSTALL}")
    with TemporaryDirectory(prefix="bench-") as folder:
        try:
            record, words = _job(Path(folder)) if is_job else _both_ways(Path(folder), **asked)
        except (WayFailed, TrainingFailed) as error:
            raise click.ClickException(str(error)) from error
    click.echo(json.dumps({**record, "load": _load()})) if as_json else words()
    ctx.exit(0 if record["good"] else 1)


_Found = tuple[Mapping[str, Any], Callable[[], None]]
"""What was found: for machines, and how to show it to people."""


def _both_ways(
    folder: Path, examples: int, batch_size: int, times: int, threads: int | None, base: Path | None
) -> _Found:
    order = Order(
        base=str(find_base(base, Path(".data") / "models").trained_from.resolve()),
        training_file=str(_write_examples(folder, examples)),
        validation_file=None,
        method="supervised",
        n_epochs=1,
        batch_size=batch_size,
        learning_rate_multiplier=1.0,
        beta=0.0,
        seed=7,
        threads=threads or min(os.cpu_count() or 1, 8),
        max_tokens=_MAX_TOKENS,
    )
    runs = _run_all(folder, order, times)
    ratio = median(run.tokens_per_s for run in runs["engine"]) / median(run.tokens_per_s for run in runs["bare"])
    record = {
        "runs": {way: [asdict(run) for run in of_way] for way, of_way in runs.items()},
        "ratio": round(ratio, 2),
        "good": ratio >= LEAST_RATIO,
    }
    return record, lambda: _show(runs, ratio)


def _write_examples(folder: Path, count: int) -> Path:
    """Build JOY's training file and return one with its first `count` lines."""
    build_files(RECIPE, folder / "dataset", Workplace(folder, os.environ))
    few = folder / "train.jsonl"
    with (folder / "dataset" / "chat_train.jsonl").open(encoding="utf-8") as lines, whole_file(few) as file:
        file.writelines(islice(lines, count))
    return few


def _run_all(folder: Path, order: Order, times: int) -> Mapping[str, Sequence[Measured]]:
    runs: dict[str, list[Measured]] = {"bare": [], "engine": []}
    with progress("Runs", 2 * times) as step:
        for number in range(times):
            for way in sorted(runs, reverse=bool(number % 2)):  # each way goes first every other time
                place = folder / f"{way}-{number}"
                place.mkdir()
                write_order(place, order)
                runs[way].append(measure(way, place))
                step()
    return runs


def _show(runs: Mapping[str, Sequence[Measured]], ratio: float) -> None:
    table = Table()
    for name in ("way", "seconds", "tokens/s", "examples/s", "loss", "peak MB"):
        table.add_column(name, justify="left" if name == "way" else "right")
    for way, of_way in runs.items():
        for run in of_way:
            speeds = (f"{run.tokens_per_s:,.0f}", f"{run.examples / run.seconds:.2f}")
            table.add_row(way, f"{run.seconds:.1f}", *speeds, f"{run.loss:.2f}", f"{run.peak_mb:,}")
    Console().print(table)
    click.echo(f"{runs['engine'][0].examples:,} examples of {runs['engine'][0].tokens:,} tokens, each learnt once.")
    click.echo(f"The engine trains at {ratio:.2f} of the bare loop's speed (middle runs; {LEAST_RATIO} is asked).")
    click.echo(f"Loading is left out on both sides; memory is not. {_load()}")


def _job(folder: Path) -> _Found:
    measured = measure_job(folder)
    is_good = measured.minutes < MOST_MINUTES and measured.peak_mb <= MOST_PEAK_MB
    return {**asdict(measured), "good": is_good}, lambda: _show_job(measured)


def _show_job(job: JobMeasured) -> None:
    click.echo(f"A job of {job.trained_tokens:,} tokens took {job.minutes} minutes. Its trainer held at most")
    click.echo(f"{job.peak_mb:,} MB, the engine with the served model {job.whole_peak_mb:,} MB. {_load()}")


def _load() -> str:
    """Return how busy the machine is, which decides what the figures are worth."""
    minutes = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"Load over 1, 5, 15 minutes: {minutes} on {os.cpu_count()} cores."


if __name__ == "__main__":
    main()
