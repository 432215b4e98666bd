"""The same rows as the tool that every article uses, but for what is listed here with its reason."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scripts.prepare_data import main
from tests.shared import SHARED

ON_PURPOSE: Mapping[str, str] = {
    "04": "a dot is no end mark, and the digits of a mention are no beginning",
    "36": "a file of one row is prepared, not refused",
    "39": '"NA", "null" and "None" are words',
}
"""Cases by number, and why their rows differ; all others are the same."""

CASES = sorted(path for path in (SHARED / "legacy_prepare_data").iterdir() if path.is_dir()) if SHARED else []

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def prepare(case: Path, folder: Path) -> tuple[int, dict[str, list[Any]]]:
    """Return the exit code and the rows of each file written, with the same answers as the old tool was given."""
    (original,) = case.glob("input.*")
    source = Path(shutil.copy(original, folder))
    skipped = [word for rule in _declined(case, source) for word in ("--skip", rule)]
    result = CliRunner().invoke(main, [str(source), "--yes", "--out", str(folder / "out"), *skipped])
    return result.exit_code, rows_of(folder / "out", "input_prepared")


def rows_of(folder: Path, stem: str) -> dict[str, list[Any]]:
    """Return the rows of each JSONL file, by what follows `stem` in its name."""
    return {
        path.stem.removeprefix(stem): [json.loads(line) for line in path.read_text().split("\n") if line]
        for path in sorted(folder.glob(f"{stem}*.jsonl"))
    }


def _declined(case: Path, source: Path) -> list[str]:
    """Return the rules that were answered with no: answers.txt holds them in order, "n\\ny\\n...", on one line."""
    answers = case / "answers.txt"
    if not answers.exists():
        return []
    given = answers.read_text().replace("\\n", "\n").split()
    plan = json.loads(CliRunner().invoke(main, [str(source), "--dry-run", "--json"]).stdout)["plan"]
    asked = [step["rule"] for step in plan if step["kind"] == "optional"]
    return [rule for rule, answer in zip(asked, given, strict=False) if answer.lower() == "n"]


@every_case
def test_rows_are_those_of_the_old_tool(case: Path, tmp_path: Path) -> None:
    """The same files with the same rows in the same order, or a difference that is listed."""
    _, written = prepare(case, tmp_path)

    is_same = written == rows_of(case, "expected")
    assert is_same == (case.name.split("_")[0] not in ON_PURPOSE)


@every_case
def test_what_the_old_tool_refused_is_refused(case: Path, tmp_path: Path) -> None:
    """Exit codes agree in kind: done, or not done, but for a file of one row."""
    code, _ = prepare(case, tmp_path)

    was_refused = int((case / "rc").read_text()) != 0
    assert (code != 0) == (was_refused and not case.name.startswith("36"))
