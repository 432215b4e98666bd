"""Says everything that is wrong with training files before anybody pays for training on them. Changes nothing."""

import json
import sys
from pathlib import Path

import click

from scripts.dataset.checks.example import FORMATS, Format
from scripts.dataset.checks.page import render
from scripts.dataset.checks.record import as_record
from scripts.dataset.checks.registry import CHECKS
from scripts.dataset.checks.rules import did_you_mean
from scripts.dataset.checks.run import CheckReport, Request, check_files
from scripts.dataset.cost import BadPrices
from scripts.dataset.limits import BadLimits
from scripts.progress import progress

_EPILOG = """\b
Exit code: 0 the files can be used, 1 they cannot, 2 used wrongly (a file that is not there).

\b
example:
  python -m scripts.check_dataset train.jsonl validation.jsonl --model gpt-4.1-mini
"""


@click.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="The format, when it is not to be guessed.")
@click.option("--model", metavar="NAME", help="The model to be trained: for lengths, tokens and cost.")
@click.option("--epochs", type=click.IntRange(1, 50), help="How often the file is gone through (n_epochs).")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--explain", metavar="CHECK", help="Say what a check means; `all` for the list of all checks.")
def main(
    files: tuple[Path, ...],
    form: Format | None,
    model: str | None,
    epochs: int | None,
    strict: bool,
    as_json: bool,
    explain: str | None,
) -> None:
    """Check chat, prompt/completion and DPO files (JSONL) for training.

    All findings at once: where, what, and how to mend it. Files given together, such as train and validation, are
    also held against each other: what stands in both is an error. Nobody's words are printed.
    """
    if explain:
        click.echo(_explain(explain))
        return
    _refuse_twins(files)
    report = _check(files, Request(model, form, epochs))
    click.echo(json.dumps(as_record(report), ensure_ascii=False, indent=2) if as_json else render(report))
    sys.exit(_exit_code(report, strict))


def _explain(name: str) -> str:
    if name == "all":
        return "\n".join(f"{rule.name} ({rule.severity}): {rule.explanation}" for rule in CHECKS.values())
    if name not in CHECKS:
        raise click.UsageError(f'there is no check "{name}"; {did_you_mean(name, CHECKS)}')
    return f"{name} ({CHECKS[name].severity}): {CHECKS[name].explanation}"


def _refuse_twins(files: tuple[Path, ...]) -> None:
    if not files:
        raise click.UsageError("name the files to check")
    if len({file.resolve() for file in files}) < len(files):
        raise click.UsageError("a file is named twice; each is held against the others")


def _check(files: tuple[Path, ...], request: Request) -> CheckReport:
    size = sum(file.stat().st_size for file in files if file.is_file())
    try:
        with progress("checking, bytes", size) as step:
            return check_files(files, request, step)
    except (BadPrices, BadLimits) as error:
        raise click.UsageError(str(error)) from error


def _exit_code(report: CheckReport, strict: bool) -> int:
    if report.not_there:
        return 2
    return 1 if report.errors or (strict and report.warnings) else 0


if __name__ == "__main__":
    main()
