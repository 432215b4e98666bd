"""A check report for people: what is wrong, grouped by check, and what training costs. Never anybody's words."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from scripts.dataset.checks.finding_log import file_of, line_of, place_of
from scripts.dataset.checks.marks import Marks
from scripts.dataset.checks.run import CheckReport, FileReport
from scripts.dataset.tokens import TokenCount
from scripts.dataset.types import Finding

_LINES_SHOWN = 5
_CAUSES_SHOWN = 3  # of one check; the same mistake rarely has more kinds, and --json has them all
_MARK_SHOWN = 12


def render(report: CheckReport) -> str:
    """Return the page: a block for each file, then one line that says whether the files can be used."""
    blocks = [block for file in report.files for block in _file(file, report)]
    return "\n".join([*blocks, _verdict(report)])


def _file(file: FileReport, report: CheckReport) -> Iterator[str]:
    kind = f"{file.format} format, " if file.format else ""
    yield f"{file.path}: {kind}{file.lines:,} lines, {file.examples:,} examples"
    own = [finding for finding in report.findings if file_of(finding) == str(file.path)]
    for check, found in groupby(sorted(own, key=_order), key=lambda finding: finding.check):
        yield from _check(list(found), report.counts[str(file.path), check])
    yield from (f"  {line}" for line in _numbers(file))
    yield ""


def _order(finding: Finding) -> tuple[int, str, int]:
    return ("error", "warning", "info").index(finding.severity), finding.check, line_of(finding) or 0


def _check(found: list[Finding], count: int) -> Iterator[str]:
    """Show one check: each cause with its first lines and its fix, at most three causes."""
    yield f"  {found[0].severity}: {found[0].check}" + (f" ({count:,} times)" if count > 1 else "")
    causes: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        causes.setdefault((finding.message, finding.fix), []).append(finding)
    for (message, fix), alike in list(causes.items())[:_CAUSES_SHOWN]:
        unkept = count - len(found) if len(causes) == 1 else 0
        yield f"    {message}{_lines(alike, unkept)}"
        yield f"      fix: {fix}"
    if len(causes) > _CAUSES_SHOWN:
        yield "    and other causes: see --json"


def _lines(found: Sequence[Finding], unkept: int) -> str:
    """Return `: line 4 messages[2], line 7 and 37 more`; nothing for findings about the whole file."""
    numbered = [f"line {line_of(finding)} {place_of(finding)}".rstrip() for finding in found if line_of(finding)]
    if not numbered:
        return ""
    more = len(numbered) - _LINES_SHOWN + unkept
    return ": " + ", ".join(numbered[:_LINES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _numbers(file: FileReport) -> Iterator[str]:
    if not file.examples:
        return
    for measure, spread in file.spreads.items():
        quantiles = f"min {spread.minimum:,}, 5% {spread.p5:,}, median {spread.median:,}, mean {spread.mean:,}"
        yield f"{measure}: {quantiles}, 95% {spread.p95:,}, max {spread.maximum:,}"
    if file.format != "completions":
        yield f"without a system message: {file.without_system:,}; without a user message: {file.without_user:,}"
    yield from _marks(file.marks)
    yield from _cost(file)


def _marks(marks: Marks) -> Iterator[str]:
    for name, mark in (("separator", marks.separator), ("end mark", marks.end)):
        if mark:
            yield f"{name}: {mark[-_MARK_SHOWN:]!r}"


def _cost(file: FileReport) -> Iterator[str]:
    yield f"tokens for {file.model}: {file.tokens}" + _limit(file)
    seen = TokenCount(file.billed.tokens * file.epochs, file.billed.is_exact)
    yield f"billed if trained on: {file.billed} x {file.epochs} epochs = {seen}"
    if file.price is None or file.dollars is None:
        yield f"cost: the price file has no row for {file.model}"
    else:
        yield f"cost: ${file.dollars:,.2f} at ${file.price.training:g} a million tokens; price: {file.price}"


def _limit(file: FileReport) -> str:
    if file.limit is None:
        return "; no length limit is known for it, so lengths were not checked"
    return f"; at most {file.limit.example_tokens:,} an example"


def _verdict(report: CheckReport) -> str:
    counts = ", ".join(_counted((("error", report.errors), ("warning", report.warnings))))
    files = "file" if len(report.files) == 1 else "files"
    return f"{counts}: {'not ready for training' if report.errors else f'the {files} can be used'}"


def _counted(counts: Iterable[tuple[str, int]]) -> Iterator[str]:
    for word, count in counts:
        yield f"{count:,} {word}{'' if count == 1 else 's'}"
