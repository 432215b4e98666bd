"""What a build came to, as a short table for the terminal. No words of people are in it."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from scripts.dataset.building.split import SPLITS


def show(manifest: Mapping[str, Any], out: Path) -> None:
    """Print counts by reason, the splits, what training would take, and what to do next."""
    console = Console(highlight=False, soft_wrap=True)
    counts = manifest["counts"]
    console.print(_ways(counts))
    console.print(_splits(counts))
    console.print(training_line(manifest["training"]))
    if counts["set_aside_for_review"]["total"]:
        console.print(
            f"To bring reviewed conversations back, list their ids in a file: --reviewed FILE ({out}/review.jsonl)"
        )
    if counts["train"]["examples"]:
        console.print(f"Look at {out / 'report.html'}, then: {_check_command(manifest, out)}")


def _check_command(manifest: Mapping[str, Any], out: Path) -> str:
    """Return the command that holds all splits against each other; a split that holds nothing is left out."""
    form, counts = manifest["prompt"]["format"], manifest["counts"]
    files = [str(out / f"{form}_{split}.jsonl") for split in SPLITS if counts[split]["examples"]]
    return shlex.join(["python", "-m", "scripts.check_dataset", *files])


def training_line(training: Mapping[str, Any]) -> str:
    """Return tokens x epochs, and money where a price is known, with its source."""
    about = "" if training["is_exact"] else "about "
    line = (
        f"Training {training['model']}: {about}{training['tokens']:,} tokens x {training['epochs']} epochs"
        f" = {about}{training['trained_tokens']:,}"
    )
    if training["dollars"] is None:
        return f"{line}; no price is known for it (scripts/dataset/prices.toml)"
    return f"{line}, ${training['dollars']:,.2f} by {training['price']}"


def _ways(counts: Mapping[str, Any]) -> Table:
    table = Table("conversations", "", "", box=box.SIMPLE_HEAD, title_justify="left")
    table.columns[2].justify = "right"
    table.add_row("read", "", f"{counts['read']:,}")
    if counts["parts"]:
        table.add_row("taken apart", "each exchange alone", f"+{counts['parts']:,}")
    for check, count in counts["unreadable"].items():
        if check != "total":
            table.add_row("not readable", check, f"({count:,})")
    for stage, checks in counts["dropped"].items():
        for check, count in checks.items() if stage != "total" else ():
            table.add_row(f"dropped: {stage}", check, f"-{count:,}")
    for level, count in counts["set_aside_for_review"].items():
        if level != "total":
            table.add_row("set aside for review", level, f"-{count:,}")
    if counts["only_in_pairs"]:
        table.add_row("only in preference pairs", "", f"-{counts['only_in_pairs']:,}")
    for severity, title in (("changed", "changed"), ("warnings", "warning")):
        for stage, checks in counts[severity].items():
            for check, count in checks.items():
                table.add_row(f"{title}: {stage}", check, f"({count:,})")
    return table


def _splits(counts: Mapping[str, Any]) -> Table:
    columns = ("conversations", "examples", "answers", "pairs", "tokens")
    table = Table("split", *columns, box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for split in SPLITS:
        table.add_row(split, *(f"{counts[split][column]:,}" for column in columns))
    return table
