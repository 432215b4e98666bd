"""What a preparation comes to, for people and for programs: files, marks, and the next command."""

import shlex
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from scripts.dataset.marks import Marks
from scripts.dataset.remedies.affix_rules import show
from scripts.dataset.remedies.outcome import Outcome
from scripts.dataset.remedies.prepared import Written
from scripts.dataset.remedies.shown import step_details


def conclude(outcome: Outcome, written: Written | None) -> Iterator[str]:
    """Yield what was written, how the tuned model is to be asked, and the next command; less without files."""
    if outcome.changes_nothing:
        yield "Nothing to change: the file can be trained on as it is."
    if written is not None:
        yield from _files(outcome, written)
    yield from _marks(outcome.marks)
    if written is not None:
        yield f"Next: {next_command(written)}"


def next_command(written: Written) -> str:
    """Return the command that trains on the files."""
    words = ["python", "-m", "scripts.finetune", "create", "--train", str(written.train)]
    if written.validation is not None:
        words += ["--validation", str(written.validation)]
    return shlex.join(words)


def outcome_record(outcome: Outcome, written: Written | None) -> dict[str, Any]:
    """Return everything as JSON holds it; null stands for a mark that is missing and a file that is not written."""
    files = asdict(written) if written is not None else {}
    return {
        "task": outcome.task,
        "rows_read": outcome.plan.read,
        "rows_kept": outcome.kept,
        "findings": [asdict(finding) for finding in outcome.plan.findings],
        "plan": [step_details(decision.step, accepted=decision.accepted) for decision in outcome.decisions],
        "changes_nothing": outcome.changes_nothing,
        "separator": outcome.marks.separator,
        "end": outcome.marks.ending,
        "written": {name: path and str(path) for name, path in files.items()} or None,
        "next": None if written is None else next_command(written),
    }


def _files(outcome: Outcome, written: Written) -> Iterator[str]:
    if not outcome.changes_nothing:
        yield f"Wrote {len(outcome.parts.train):,} rows for training: {written.train}"
    if outcome.parts.validation is not None:
        yield f"Wrote {len(outcome.parts.validation):,} rows for validation: {written.validation}"
    yield f"Wrote how the model is to be asked: {written.manifest}"


def _marks(marks: Marks) -> Iterator[str]:
    if marks.separator is not None:
        yield f"Ask the tuned model with the separator {show(marks.separator)} at the end of each prompt."
    if marks.ending is not None:
        yield f"Let it stop at the end mark {show(marks.ending)}."
    missing = [name for name, mark in (("separator", marks.separator), ("end mark", marks.ending)) if mark is None]
    if missing:
        yield f"No {' and no '.join(missing)}: a webhook cannot serve a model that is tuned on this; see --force-marks."
