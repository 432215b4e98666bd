"""The check of a job's files before it is queued: scripts.check_dataset, in a process of its own for it may be long."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.dataset.cost import default_epochs
from scripts.local_engine.children import module_command, start_child
from scripts.local_engine.trainer.order import INSTALL, Method

CHECKER = module_command("scripts.check_dataset")
_SHOWN = 5
_BATCH_SIZE, _MULTIPLIER, _BETA = 4, 1.0, 0.1


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a job cannot be done, as OpenAI's job.error has it."""

    code: str
    message: str
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Files that can be trained on."""

    examples: int
    warnings: int


def check(
    training: Path, validation: Path | None, method: Method, model: str, command: Sequence[str] = CHECKER
) -> Checked | Problem:
    """Return how many examples there are, or everything that is wrong. `command` gets the files and the model."""
    paths = [path for path in (training, validation) if path]
    child = start_child([*command, *map(str, paths), "--json", "--model", model])
    said, _ = child.communicate()
    try:
        report = json.loads(said)
    except ValueError:
        said = f"the files could not be checked (status {child.returncode}; the engine's stderr says why); {INSTALL}"
        return Problem("check_failed", said)
    return _wrong_method(report, method) or _errors(report, training) or _good(report)


def resolve(hyperparameters: Mapping[str, Any], examples: int) -> dict[str, Any]:
    """Return the hyperparameters with a number for each "auto"."""
    chosen = {
        "n_epochs": default_epochs(examples),
        "batch_size": _BATCH_SIZE,
        "learning_rate_multiplier": _MULTIPLIER,
        "beta": _BETA,
    }
    return {name: chosen[name] if number == "auto" else number for name, number in hyperparameters.items()}


def _errors(report: Mapping[str, Any], training: Path) -> Problem | None:
    found = [finding for finding in report["findings"] if finding["severity"] == "error"]
    if not found:
        return None
    param = "training_file" if found[0]["file"] == str(training) else "validation_file"
    shown = "; ".join(map(_said, [finding for finding in found if finding["file"] == found[0]["file"]][:_SHOWN]))
    count = f"{report['errors']} error{'s' if report['errors'] != 1 else ''}"
    return Problem(f"invalid_{param}", f"{count}. {param}: {shown}", param)


def _said(finding: Mapping[str, Any]) -> str:
    place = f"line {finding['line']}: " if finding["line"] else ""
    return f"{place}{finding['message']} ({finding['fix']})" if finding["fix"] else f"{place}{finding['message']}"


def _wrong_method(report: Mapping[str, Any], method: Method) -> Problem | None:
    for file, param in zip(report["files"], ("training_file", "validation_file"), strict=False):
        if file["format"] and (file["format"] == "dpo") != (method == "dpo"):
            said = f"the lines are {file['format']}, which the method {method!r} does not learn from"
            return Problem(f"invalid_{param}", said, param)
    return None


def _good(report: Mapping[str, Any]) -> Checked:
    return Checked(report["files"][0]["examples"], report["warnings"])
