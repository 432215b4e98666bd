"""Checks training files as a whole: every finding of every line at once, what stands twice, tokens and cost.

Reads each file twice (its first lines to learn format and marks, then all of it), and holds one line and 20 bytes for
each example in memory.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from scripts.dataset.checks import reading, whole
from scripts.dataset.checks.example import FORMATS, FileView, Format, Known, format_of, read_example
from scripts.dataset.checks.finding_log import FindingLog
from scripts.dataset.checks.marks import NO_MARKS, Marks, learn_marks
from scripts.dataset.checks.measures import Measure, Spread, Tally
from scripts.dataset.checks.registry import EXAMPLE_CHECKS, FILE_CHECKS
from scripts.dataset.checks.repeats import ExampleIndex
from scripts.dataset.checks.rules import Problem
from scripts.dataset.cost import Price, default_epochs, price_of, read_prices
from scripts.dataset.limits import Limit, limit_of, read_limits
from scripts.dataset.lines import Line, read_lines
from scripts.dataset.model_names import USUAL_CHAT_MODEL, USUAL_TEXT_MODEL
from scripts.dataset.tokens import TokenCount
from scripts.dataset.types import Finding

_USUAL_MODELS: Mapping[Format, str] = {
    "chat": USUAL_CHAT_MODEL,
    "dpo": USUAL_CHAT_MODEL,
    "completions": USUAL_TEXT_MODEL,
}
_HELD_OUT = re.compile(r"(^|[_.-])(validation|valid|test)$")
_SAMPLE_LINES = 1_000
_SAMPLE_BYTES = 16 * 1024 * 1024
_NOT_THERE = frozenset({reading.MISSING_FILE.name, reading.IS_A_FOLDER.name, reading.UNREADABLE_FILE.name})

Progress = Callable[[int], None]
"""Told of the bytes that were read."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to check for. None: the format that most lines have, that format's usual model, OpenAI's usual epochs."""

    model: str | None = None
    format: Format | None = None
    epochs: int | None = None


USUAL = Request()


@dataclass(frozen=True, slots=True)
class FileReport:
    """The numbers of one file. `tokens` is one pass over it; `billed` too, without what is cut off as too long."""

    path: Path
    format: Format | None
    model: str
    lines: int
    examples: int
    without_system: int
    without_user: int
    marks: Marks
    spreads: Mapping[Measure, Spread]
    tokens: TokenCount
    billed: TokenCount
    epochs: int
    limit: Limit | None
    price: Price | None

    @property
    def dollars(self) -> float | None:
        """What training on this file costs, None without a price."""
        return self.price.for_training(self.billed.tokens, self.epochs) if self.price else None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found. `findings`: the first thousand of each check and file; `counts` (by file, check) is exact."""

    files: tuple[FileReport, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[tuple[str, str], int]
    errors: int
    warnings: int

    @property
    def not_there(self) -> bool:
        """Whether a file could not be opened at all."""
        return any(check in _NOT_THERE for _, check in self.counts)


def check_files(paths: Sequence[Path], request: Request = USUAL, progress: Progress = lambda _: None) -> CheckReport:
    """Check training files, those given together against each other. Findings come in the order of files and lines,
    what stands twice after all others.

    Nothing is raised for what a file holds. Raises BadPrices or BadLimits when our own tables were broken.
    """
    log = FindingLog()
    indexes = {format: ExampleIndex() for format in FORMATS}  # noqa: A001 - the field's word
    learned = next((path for path in paths if not _HELD_OUT.search(path.stem)), None)
    files = tuple(_check_file(path, request, log, indexes, progress, path == learned) for path in paths)
    for index in indexes.values():
        log.extend(index.findings())
    return CheckReport(files, log.kept, log.counts, log.count("error"), log.count("warning"))


def _check_file(
    path: Path,
    request: Request,
    log: FindingLog,
    indexes: Mapping[Format, ExampleIndex],
    progress: Progress,
    is_trained_on: bool,
) -> FileReport:
    form, known = _learn(path, request)
    tally = Tally(known.limit.example_tokens if known.limit else None)
    index = indexes[form or "chat"]
    index.begin(path)
    lines = size = 0
    for line in read_lines(path):
        log.extend(line.findings)
        lines, size = max(lines, line.number), size + line.size
        progress(line.size)
        if line.value is not None and form is not None:
            log.extend(_check_line(path, line, form, known, tally, index))
    if form is None:
        log.extend(_no_format(path, lines))
    else:
        log.extend(_check_whole(path, FileView(form, size, tally.examples, known, is_trained_on)))
    return _report(path, request, form, known, tally, lines)


def _learn(path: Path, request: Request) -> tuple[Format | None, Known]:
    """Return the format of a file and what is to be known of it, from its first lines."""
    values = [line.value for line in _sample(path) if line.value is not None]
    formats = Counter(form for form in map(format_of, values) if form)
    form = request.format or (formats.most_common(1)[0][0] if formats else None)
    model = request.model or _USUAL_MODELS[form or "chat"]
    marks = learn_marks(values) if form == "completions" else NO_MARKS
    return form, Known(model, limit_of(model, read_limits()), marks)


def _sample(path: Path) -> Iterator[Line]:
    size = 0
    for line in islice(read_lines(path), _SAMPLE_LINES):
        yield line
        size += line.size
        if size > _SAMPLE_BYTES:
            return


def _check_line(
    path: Path, line: Line, form: Format, known: Known, tally: Tally, index: ExampleIndex
) -> Iterator[Finding]:
    where = f"{path}:{line.number}"
    value = line.value or {}
    other = format_of(value)
    if other not in (form, None):
        yield whole.MIXED_FORMATS.found(
            where, Problem(f"the line is {other}, the file {form}", "put it in its own file")
        )
        return
    example = read_example(form, value, known)
    tally.add(example)
    index.add(example, line.number)
    for check in EXAMPLE_CHECKS:
        if form in check.formats:
            for problem in check.run(example):
                yield check.found(where, problem)


def _no_format(path: Path, lines: int) -> Iterator[Finding]:
    if lines:
        fix = "write messages (chat), prompt and completion, or input and outputs (DPO); or name it with --format"
        yield whole.UNKNOWN_FORMAT.found(str(path), Problem("no line is a training example", fix))


def _check_whole(path: Path, view: FileView) -> Iterator[Finding]:
    for check in FILE_CHECKS:
        for problem in check.run(view):
            yield check.found(str(path), problem)


def _report(path: Path, request: Request, form: Format | None, known: Known, tally: Tally, lines: int) -> FileReport:
    return FileReport(
        path=path,
        format=form,
        model=known.model,
        lines=lines,
        examples=tally.examples,
        without_system=tally.without_system,
        without_user=tally.without_user,
        marks=known.marks,
        spreads=tally.spreads(),
        tokens=tally.tokens,
        billed=tally.billed,
        epochs=request.epochs or default_epochs(tally.examples),
        limit=known.limit,
        price=price_of(known.model, read_prices()),
    )
