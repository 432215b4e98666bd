"""Where everything that was dropped, changed or looks odd is written down and counted."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import IO, Self

from scripts.dataset.files import whole_file
from scripts.dataset.types import Finding, Report, Severity

FILES: Mapping[Severity, str] = {"error": "dropped.jsonl", "warning": "warnings.jsonl", "info": "changes.jsonl"}
_SHOWN = 3


class Ledger:
    """A context that holds the three files open. Findings are counted by severity, stage and check.

    A line: {"stage": "clean", "check": "empty_answer", "where": "a.csv:7", "message": "...", "fix": "..."}
    `samples` keeps the first findings of each kind for the report, words of people are in none of them.
    """

    def __init__(self, folder: Path) -> None:
        self.counts: Counter[tuple[Severity, str, str]] = Counter()
        self.samples: dict[tuple[Severity, str, str], list[Finding]] = {}
        self._folder = folder
        self._files: dict[Severity, IO[str]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for severity, name in FILES.items():
            self._files[severity] = self._stack.enter_context(whole_file(self._folder / name))
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.__exit__(*failure)  # type: ignore[arg-type]

    def at(self, stage: str) -> Report:
        """Return the report of a stage: source, clean, redact, duplicates, review, split."""

        def report(finding: Finding) -> None:
            kind = (finding.severity, stage, finding.check)
            self.counts[kind] += 1
            if self.counts[kind] <= _SHOWN:
                self.samples.setdefault(kind, []).append(finding)
            line = {"stage": stage, **asdict(finding)}
            del line["severity"]
            self._files[finding.severity].write(json.dumps(line, ensure_ascii=False) + "\n")

        return report

    def counts_of(self, severity: Severity) -> dict[str, dict[str, int]]:
        """Return stage -> check -> count, the largest first."""
        table: dict[str, dict[str, int]] = {}
        for (kind, stage, check), count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            if kind == severity:
                table.setdefault(stage, {})[check] = count
        return table
