"""Prepared files on disk: what they are called, and the manifest that says how the tuned model is to be asked."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from app.core.manifest import PromptManifest
from app.core.persona import Labels
from scripts.dataset.files import sha256, whole_file, write_whole
from scripts.dataset.marks import Marks
from scripts.dataset.remedies.outcome import SEED, Outcome
from scripts.dataset.remedies.shown import step_record
from scripts.dataset.remedies.types import Row, Rows


@dataclass(frozen=True, slots=True)
class Written:
    """Which files to train on, and the manifest beside them. `validation` is None where nothing is kept for it."""

    train: Path
    validation: Path | None
    manifest: Path

    def exists(self) -> bool:
        """Tell whether any of them is there."""
        return any(path.exists() for path in (self.train, self.validation, self.manifest) if path)


def write_prepared(outcome: Outcome, source: Path, folder: Path) -> Written:
    """Write the files and, last of all, the manifest; a source that needs no change is not written again.

    A file that is there is never replaced: " (1)" is put behind the new names instead.
    """
    parts = outcome.parts
    paths = _free(folder / f"{source.stem}_prepared", is_split=parts.validation is not None)
    if outcome.changes_nothing:
        paths = Written(source, None, paths.manifest)
    else:
        _write_rows(parts.train, paths.train)
    if paths.validation is not None and parts.validation is not None:
        _write_rows(parts.validation, paths.validation)
    write_whole(paths.manifest, _manifest(outcome, source, paths))
    return paths


def describe_marks(marks: Marks) -> PromptManifest | None:
    """Return how the webhook must ask the tuned model; None where it cannot, because a mark is missing."""
    if marks.separator is None or marks.ending is None:
        return None
    return PromptManifest(
        format="text",
        separator=marks.separator,
        end=marks.ending,
        labels=Labels(user="", assistant=""),
        with_instructions=False,
        memory=False,
    )


def _manifest(outcome: Outcome, source: Path, paths: Written) -> str:
    """Return the manifest's text: no folder and no time in it, so that the same input gives the same bytes."""
    prompt = describe_marks(outcome.marks)
    validation = outcome.parts.validation
    files = [_fingerprint(paths.train, len(outcome.parts.train))]
    if paths.validation is not None and validation is not None:
        files.append(_fingerprint(paths.validation, len(validation)))
    manifest = {
        "tool": "scripts.prepare_data",
        **({"prompt": prompt.model_dump()} if prompt else {}),
        "marks": asdict(outcome.marks),
        "input": _fingerprint(source, outcome.plan.read),
        "files": files,
        "rules": [step_record(decision.step, accepted=decision.accepted) for decision in outcome.decisions],
        "split_seed": None if validation is None else SEED,
    }
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"


def _fingerprint(path: Path, rows: int) -> dict[str, Any]:
    return {"file": path.name, "sha256": sha256(path), "rows": rows}


def _write_rows(rows: Rows, path: Path) -> None:
    with whole_file(path) as file:
        file.writelines(f"{_json_line(row)}\n" for row in rows)


def _json_line(row: Row) -> str:
    """Return a row as a line of the old fine-tuning format: {"prompt": "Hi ->", "completion": " Hello END"}."""
    return json.dumps({"prompt": row.prompt, "completion": row.completion}, ensure_ascii=False)


def _free(start: Path, *, is_split: bool) -> Written:
    return next(names for names in _names(start, is_split=is_split) if not names.exists())


def _names(start: Path, *, is_split: bool) -> Iterator[Written]:
    for number in count():
        again = f" ({number})" if number else ""
        yield Written(
            train=Path(f"{start}_train{again}.jsonl" if is_split else f"{start}{again}.jsonl"),
            validation=Path(f"{start}_valid{again}.jsonl") if is_split else None,
            manifest=Path(f"{start}{again}.manifest.json"),
        )
