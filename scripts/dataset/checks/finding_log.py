"""Collects findings of files of any size: all are counted, the first thousand of each check and file are kept."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from scripts.dataset.types import Finding, Severity

KEPT = 1_000
_WHERE = re.compile(r"(?P<file>.*?):(?P<line>\d+)(?: (?P<place>.*))?", re.DOTALL)  # written by Rule.found


class FindingLog:
    """Takes findings one by one (it is a `dataset.types.Report`)."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._severities: Counter[Severity] = Counter()

    def __call__(self, finding: Finding) -> None:
        key = (file_of(finding), finding.check)
        self._counts[key] += 1
        self._severities[finding.severity] += 1
        if self._counts[key] <= KEPT:
            self._kept.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take several."""
        for finding in findings:
            self(finding)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """The findings that were kept, as they came."""
        return tuple(self._kept)

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many there were, by file and check."""
        return dict(self._counts)

    def count(self, severity: Severity) -> int:
        """Return how many of a severity there were in all."""
        return self._severities[severity]


def file_of(finding: Finding) -> str:
    """Return the file of a finding: its place without line and what follows."""
    return _split(finding)[0]


def line_of(finding: Finding) -> int | None:
    """Return the physical line of a finding, None when it is about the whole file."""
    return _split(finding)[1]


def place_of(finding: Finding) -> str:
    """Return what follows the line: where in it, or which line is alike."""
    return _split(finding)[2]


def _split(finding: Finding) -> tuple[str, int | None, str]:
    found = _WHERE.fullmatch(finding.where)
    return (found["file"], int(found["line"]), found["place"] or "") if found else (finding.where, None, "")
