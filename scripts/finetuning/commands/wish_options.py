"""The options of estimate and create that say what is to be trained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.finetuning.wish import Method, Wish

Command = TypeVar("Command", bound=Callable[..., Any])


def wish_options(command: Command) -> Command:
    """Add the options that say what is to be trained; `wish_of` takes them."""
    file = click.Path(path_type=Path)
    options = (
        click.option("--train", required=True, type=file, help="The file to train on (JSONL)."),
        click.option("--validation", type=file, help="Examples held back, to measure on while it trains."),
        click.option("--model", help="The base.  [default: the usual one of the endpoint and the file's format]"),
        click.option("--from-model", metavar="ft:...", help="Train on from an earlier fine-tune."),
        click.option("--suffix", help="Part of the tuned model's name, at most 64 characters."),
        click.option("--epochs", type=int, help="How often the file is gone through, 1 to 50."),
        click.option("--batch-size", type=int, help="Examples a step, 1 to 256."),
        click.option("--lr-multiplier", type=float, help="Of the endpoint's own learning rate, above 0."),
        click.option("--seed", type=int, help="The same seed and files give the same model, or nearly so."),
        click.option(
            "--method",
            type=click.Choice(["supervised", "dpo"]),
            default="supervised",
            show_default=True,
            help="From answers, or from preferences.",
        ),
        click.option("--wandb", metavar="PROJECT", help="Send metrics to a project at Weights & Biases."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def wish_of(model: str | None, from_model: str | None, method: Method, **rest: Any) -> Wish:
    """Return the wish of the options that `wish_options` added. Raises UsageError when two contradict each other."""
    if model and from_model:
        raise click.UsageError("--model and --from-model both name what to begin with; give one")
    if from_model and not from_model.startswith("ft:"):
        raise click.UsageError(f"--from-model {from_model} is no fine-tune: those begin with ft:; see `models`")
    return Wish(model=from_model or model or "", method=method, **rest)
