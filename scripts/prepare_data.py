"""Prepare a file of prompts and completions for fine-tuning: a plan of named rules, what each would change, then it.

It stands in for `openai tools fine_tunes.prepare_data`, which OpenAI removed from its package in version 2.35.0.
"""

import json
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import click

from scripts.dataset.remedies.conclusion import conclude, outcome_record
from scripts.dataset.remedies.differences import differences_table
from scripts.dataset.remedies.outcome import carry_out
from scripts.dataset.remedies.plan import NECESSARY, OPTIONAL, Plan, make_plan
from scripts.dataset.remedies.prepared import write_prepared
from scripts.dataset.remedies.shown import show_finding, show_step
from scripts.dataset.remedies.types import Refused, Step
from scripts.dataset.tables.reading import read_table
from scripts.dataset.tables.types import BadTable, UnknownFormat
from scripts.progress import progress

_RULES = "\n".join(f"  {rule:<26}{meaning}" for rule, meaning in OPTIONAL.items())
_HELP_END = f"""\b
rules for --skip:
{_RULES}

\b
example:
  python -m scripts.prepare_data superheroes.csv --yes --skip lower_case_prompt --out prepared"""

_NOT_ACCEPTED = (
    "Nothing is written: run again with --yes to accept the plan (with --skip RULE, all but a rule), "
    "or in a terminal to be asked."
)

Say = Callable[[str], None]


def _check_skip(_: click.Context, __: click.Parameter, rules: tuple[str, ...]) -> tuple[str, ...]:
    for rule in rules:
        if rule in NECESSARY:
            raise click.BadParameter(f"{rule} is necessary: without it no endpoint takes the file")
        if rule not in OPTIONAL:
            raise click.BadParameter(f"no rule {rule}; there are {', '.join(OPTIONAL)}")
    return rules


def _print_differences(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(differences_table())
        context.exit()


@click.command(epilog=_HELP_END)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", "assume_yes", is_flag=True, help="Accept all advice that --skip does not name.")
@click.option("--skip", multiple=True, metavar="RULE", callback=_check_skip, help="Leave a rule out; may be repeated.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.  [default: FILE's]")
@click.option("--force-marks", is_flag=True, help="Add marks also to labels and where texts end alike by chance.")
@click.option("--dry-run", is_flag=True, help="Print the plan and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print plan and outcome as JSON.")
@click.option(
    "--differences",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_differences,
    help="Print where the rules differ from the old tool's, and stop.",
)
def main(
    file: Path,
    assume_yes: bool,
    skip: tuple[str, ...],
    out: Path | None,
    force_marks: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Turn FILE (.csv, .tsv, .xlsx, .txt, .json, .jsonl) into JSONL that a prompt/completion model is tuned on.

    Without --yes each piece of advice is asked about; where there is no terminal, the plan is printed and nothing is
    written. FILE itself is never changed. Exit code 1: refused, or not accepted; 2: used wrongly.
    """
    say: Say = _hush if as_json else click.echo
    asks = sys.stdin.isatty() and not (assume_yes or dry_run or as_json)
    plan = _plan(file, force_marks)
    _say_plan(say, plan, file.name)
    outcome = carry_out(plan, _asking(skip) if asks else _telling(say, skip))
    accepted = not dry_run and (assume_yes or (asks and _ask("Write the result?")))
    written = write_prepared(outcome, file, out or file.parent) if accepted else None
    for line in conclude(outcome, written):
        say(line)
    if as_json:
        click.echo(json.dumps(outcome_record(outcome, written), ensure_ascii=False, indent=2))
    if not (accepted or dry_run or outcome.changes_nothing):
        raise click.ClickException(_NOT_ACCEPTED)


def _plan(file: Path, force_marks: bool) -> Plan:
    """Read and plan; ends with 2 when the format is not known, with 1 when the file cannot be used."""
    try:
        with progress("rules tried") as rule_done:
            return make_plan(read_table(file), force_marks=force_marks, rule_done=rule_done)
    except UnknownFormat as error:
        raise click.UsageError(str(error)) from error
    except (BadTable, Refused) as error:
        raise click.ClickException(str(error)) from error


def _asking(skip: Collection[str]) -> Callable[[Step], bool]:
    """Ask a person about each step, as the old tool did: anything but no is yes."""

    def accepts(step: Step) -> bool:
        skipped = step.remedy.rule in skip
        _say_step(click.echo, step, "skipped" if skipped else "optional")
        return not skipped and _ask("Do it?")

    return accepts


def _telling(say: Say, skip: Collection[str]) -> Callable[[Step], bool]:
    """Accept each step that is not to be skipped, and say which those are."""

    def accepts(step: Step) -> bool:
        skipped = step.remedy.rule in skip
        _say_step(say, step, "skipped" if skipped else "optional")
        return not skipped

    return accepts


def _ask(question: str) -> bool:
    answer: str = click.prompt(f"{question} [Y/n]", default="", show_default=False, prompt_suffix=" ")
    return answer.strip().lower() not in {"n", "no"}


def _say_plan(say: Say, plan: Plan, name: str) -> None:
    for finding in plan.findings:
        say(show_finding(finding, name))
    for step in plan.steps:
        _say_step(say, step, "necessary")


def _say_step(say: Say, step: Step, choice: str) -> None:
    for line in show_step(step, choice):
        say(line)


def _hush(_: str) -> None:
    """Say nothing: with --json, standard output is JSON alone."""


if __name__ == "__main__":
    main()
