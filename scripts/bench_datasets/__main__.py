"""Make a file of tweets, go both ways with it, and print what each took: python -m scripts.bench_datasets"""

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from scripts.bench_datasets.generate import write_tweets
from scripts.bench_datasets.measure import Measured, measure
from scripts.progress import progress

MOST_PEAK_MB = 1_500
LEAST_RATIO = 20

_EPILOG = """\b
example:
pip install -r scripts/bench_datasets/requirements.txt
python -m scripts.bench_datasets --rows 3000000
"""

Run = tuple[str, int, Measured]
"""The way, how many tweets, and what it took."""


@click.command(epilog=_EPILOG)
@click.option("--rows", default=3_000_000, show_default=True, help="Tweets for our way alone.")
@click.option("--loop-rows", default=20_000, show_default=True, help="Tweets for both ways.")
@click.option("--times", default=3, show_default=True, help="How often both ways are gone; the median counts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def main(ctx: click.Context, rows: int, loop_rows: int, times: int, as_json: bool) -> None:
    """Compare our way from tweets to training lines with the articles' pandas loop.

    Exit 1 when our way needs 1,500 MB or more, or is not 20 times as fast as the loop. The files lie in a temporary
    folder and are removed; 3,000,000 tweets need about 3 GB there.
    """
    if find_spec("pandas") is None:
        raise click.UsageError("the loop needs pandas: pip install -r scripts/bench_datasets/requirements.txt")
    with TemporaryDirectory(prefix="bench-") as folder:
        runs = _run_all(Path(folder), rows, loop_rows, times)
    loop, ours, large = runs
    ratio = loop[2].seconds / ours[2].seconds
    is_good = ratio >= LEAST_RATIO and large[2].peak_mb < MOST_PEAK_MB
    if as_json:
        click.echo(json.dumps({"runs": [_as_json(run) for run in runs], "ratio": round(ratio, 1), "good": is_good}))
    else:
        _show(runs, ratio)
    ctx.exit(0 if is_good else 1)


def _run_all(folder: Path, rows: int, loop_rows: int, times: int) -> tuple[Run, Run, Run]:
    small, large, out = folder / "small.csv", folder / "large.csv", folder / "chat.jsonl"
    with progress("Runs", 2 * times + 1) as step:
        write_tweets(small, loop_rows)
        write_tweets(large, rows)
        loops, ours = [], []
        for _ in range(times):  # in turns: what else the machine does falls on both
            loops.append(measure("pandas loop", small, out))
            ours.append(measure("ours", small, out))
            step(2)
        alone = measure("ours", large, out)
        step()
    return ("pandas loop", loop_rows, _median(loops)), ("ours", loop_rows, _median(ours)), ("ours", rows, alone)


def _median(runs: list[Measured]) -> Measured:
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def _as_json(run: Run) -> dict[str, str | int | float]:
    way, tweets, measured = run
    return {"way": way, "tweets": tweets, **asdict(measured)}


def _show(runs: tuple[Run, Run, Run], ratio: float) -> None:
    table = Table()
    for name in ("way", "tweets", "lines", "start s", "seconds", "tweets/s", "peak MB"):
        table.add_column(name, justify="left" if name == "way" else "right")
    for way, tweets, run in runs:
        speed = f"{tweets / run.seconds:,.0f}"
        table.add_row(
            way, f"{tweets:,}", f"{run.lines:,}", f"{run.start_s}", f"{run.seconds}", speed, f"{run.peak_mb:,}"
        )
    Console().print(table)
    click.echo(f"On the same {runs[0][1]:,} tweets ours is {ratio:.1f} times as fast, imports left out on both sides.")


if __name__ == "__main__":
    main()
