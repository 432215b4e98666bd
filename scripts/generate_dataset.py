"""The command: ask a model for synthetic examples, one for each place of a grid, and write them as CSV."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from scripts.dataset.cost import BadPrices, price_of, read_prices
from scripts.endpoint import RunStopped, read_address
from scripts.generation.answers import BadAnswers
from scripts.generation.asking import Patience
from scripts.generation.batch import BadBatches
from scripts.generation.calls import calls_of
from scripts.generation.endpoint import Endpoint
from scripts.generation.estimate import Estimate
from scripts.generation.grid import BadGrid, read_grid
from scripts.generation.runs import Plan, Refused, Result, preview, run_batch, run_now
from scripts.generation.summary import exit_code, remarks, result_lines, summary
from scripts.launch import read_environment

_SHOWN_PROMPTS = 3
_FOLDER = Path(".data/generated")

_EPILOG = """\b
A run may be killed at any moment and started again: answers that have arrived are on disk and are not paid twice.
Only requests under way at that moment (at most --jobs) may be billed and asked again.

\b
example:
  OPENAI_BASE_URL=http://127.0.0.1:8090/v1 python -m scripts.generate_dataset GRID.toml --model smollm2-135m --yes
"""


@click.command(epilog=_EPILOG)
@click.argument("grid_file", metavar="GRID.toml", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--model", help="Model to ask.  [default: MODEL, else the grid's]")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The CSV.  [default: .data/generated/*.csv]"
)
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Requests at a time.")
@click.option("--limit", type=click.IntRange(1), help="Ask for at most this many answers now.")
@click.option("--attempts", type=click.IntRange(1, 20), default=8, show_default=True, help="Tries for each answer.")
@click.option("--timeout", type=click.FloatRange(1), default=120.0, show_default=True, help="Seconds of silence.")
@click.option("--batch", is_flag=True, help="Use the Batch API: submit, and with the same command later collect.")
@click.option("--dry-run", is_flag=True, help="Show the first prompts and what it would cost; ask nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before spending.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def main(
    grid_file: Path,
    model: str | None,
    out: Path | None,
    jobs: int,
    limit: int | None,
    attempts: int,
    timeout: float,
    batch: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Ask a model for synthetic examples, one for each place of a grid, and write them as CSV.

    The endpoint is OPENAI_BASE_URL with OPENAI_API_KEY. Beside the CSV lie its two-column form for tuning
    (*_pairs.csv) and the answers as they arrived (*.answers.jsonl). Exit: 0 all is there (or what --limit allowed,
    or the batch was submitted), 1 something is missing, 2 used wrongly, 130 stopped by Ctrl-C.
    """
    environment = read_environment(Path(".env"), os.environ)
    try:
        plan = _plan(grid_file, model or environment.get("MODEL"), out, limit)
        if dry_run:
            _show(plan)
            return
        endpoint = _endpoint(environment, timeout)
        confirm = _confirm(endpoint.base_url, plan.model, yes)
        if batch:
            result = run_batch(plan, endpoint, confirm, _say)
        else:
            result = run_now(plan, endpoint, confirm, _say, jobs, Patience(attempts))
    except BadGrid as error:
        raise click.UsageError(str(error)) from error
    except (BadAnswers, BadBatches, BadPrices, Refused, RunStopped) as error:
        raise click.ClickException(str(error)) from error
    _report(plan, result, as_json)
    sys.exit(exit_code(plan, result))


def _plan(grid_file: Path, model: str | None, out: Path | None, limit: int | None) -> Plan:
    grid = read_grid(grid_file)
    model = model or grid.model
    if not model:
        raise click.UsageError(f"no model named: give --model, set MODEL, or write model = in {grid_file}")
    price = price_of(model, read_prices())
    return Plan(grid, tuple(calls_of(grid, model)), model, price, out or _FOLDER / f"{grid_file.stem}.csv", limit)


def _endpoint(environment: Mapping[str, str], timeout_s: float) -> Endpoint:
    address = read_address(environment)
    if address is None:
        raise click.UsageError("OPENAI_API_KEY is not set; set it, or OPENAI_BASE_URL to an endpoint without a key")
    return Endpoint(address, timeout_s)


def _show(plan: Plan) -> None:
    calls, estimate = preview(plan)
    first = list({call.prompt: call for call in calls}.values())[:_SHOWN_PROMPTS]
    for call in first:
        click.echo(f"{call.prompt}\n  as sub_prompt: {call.sub_prompt}\n")
    click.echo(f"{plan.grid.size:,} answers wanted; to ask for now: {estimate}")


def _confirm(base_url: str, model: str, yes: bool) -> Callable[[Estimate], None]:
    def confirm(estimate: Estimate) -> None:
        _say(f"{model} at {base_url}: {estimate}")
        if yes:
            return
        if not sys.stdin.isatty():
            raise Refused("nobody is here to agree; run it again with --yes")
        if not click.confirm("Go on?", err=True):
            raise Refused("nothing was asked")

    return confirm


def _report(plan: Plan, result: Result, as_json: bool) -> None:
    words = json.dumps(summary(plan, result), indent=2) if as_json else "\n".join(result_lines(plan, result))
    click.echo(words)
    for remark in remarks(plan, result):
        _say(remark)


def _say(words: str) -> None:
    click.echo(words, err=True)


if __name__ == "__main__":
    main()
