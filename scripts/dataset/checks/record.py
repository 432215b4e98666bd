"""A check report for machines: one JSON object."""

from dataclasses import asdict
from typing import Any

from scripts.dataset.checks.finding_log import file_of, line_of, place_of
from scripts.dataset.checks.run import CheckReport, FileReport
from scripts.dataset.types import Finding


def as_record(report: CheckReport) -> dict[str, Any]:
    """Return what --json prints: `findings` holds the first thousand of each check and file, `counts` counts all."""
    return {
        "errors": report.errors,
        "warnings": report.warnings,
        "files": [_file(file, report) for file in report.files],
        "findings": [_finding(finding) for finding in report.findings],
    }


def _file(file: FileReport, report: CheckReport) -> dict[str, Any]:
    return {
        "file": str(file.path),
        "format": file.format,
        "lines": file.lines,
        "examples": file.examples,
        "counts": {check: count for (name, check), count in report.counts.items() if name == str(file.path)},
        "without_system": file.without_system,
        "without_user": file.without_user,
        "separator": file.marks.separator,
        "end": file.marks.end,
        "spreads": {measure: asdict(spread) for measure, spread in file.spreads.items()},
        "training": _training(file),
    }


def _training(file: FileReport) -> dict[str, Any]:
    return {
        "model": file.model,
        "tokens": file.tokens.tokens,
        "billed_tokens": file.billed.tokens,
        "tokens_are_exact": file.tokens.is_exact,
        "epochs": file.epochs,
        "billed_tokens_x_epochs": file.billed.tokens * file.epochs,
        "max_tokens_per_example": file.limit.example_tokens if file.limit else None,
        "dollars": file.dollars,
        "price": str(file.price) if file.price else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "check": finding.check,
        "file": file_of(finding),
        "line": line_of(finding),
        "place": place_of(finding),
        "message": finding.message,
        "fix": finding.fix,
    }
