"""Reads JSONL of any size line by line: each line is a JSON object, or comes with what is wrong with it.

Nothing here knows what training examples look like. At most one line is held in memory, cut at MAX_LINE_BYTES.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scripts.dataset.checks import reading
from scripts.dataset.checks.rules import Problem, Rule
from scripts.dataset.json_text import BadText, read_object
from scripts.dataset.types import Finding

MAX_LINE_BYTES = 64 * 1024 * 1024
_HEAD_BYTES = 65_536
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line, counted from 1, as editors do. `value` is None when it could not be read: see `findings`.

    Line 0 is the file itself, when it is not to be read at all. `size` is in bytes, with the newline.
    """

    number: int
    value: dict[str, Any] | None
    findings: tuple[Finding, ...] = ()
    size: int = 0


def read_lines(path: Path, max_line_bytes: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """Yield every line of a file with what is wrong with it. Raises nothing: a missing file is a finding too."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            file.seek(0)
            refusal = _why_not_lines(head)
            yield from [_about_file(path, *refusal)] if refusal else _lines(path, file, max_line_bytes)
    except FileNotFoundError:
        yield _about_file(path, reading.MISSING_FILE, Problem("there is no such file", "check the path"))
    except IsADirectoryError:
        yield _about_file(path, reading.IS_A_FOLDER, Problem("this is a folder", "name the files in it"))
    except OSError as error:
        problem = Problem(f"it cannot be read: {error.strerror or error}", "check its permissions and the disk")
        yield _about_file(path, reading.UNREADABLE_FILE, problem)


def _about_file(path: Path, rule: Rule, problem: Problem) -> Line:
    return Line(0, None, (rule.found(str(path), problem),))


def _why_not_lines(head: bytes) -> tuple[Rule, Problem] | None:
    """Return why a file that begins so is not read line by line at all."""
    text = head.removeprefix(_BOM).strip()
    if not head.removeprefix(_BOM):
        return reading.EMPTY_FILE, Problem("it holds nothing", "write one example a line")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:2] == b"\0" or head[:1] == b"\0":
        return reading.UTF_16, Problem("it is UTF-16, not UTF-8", "save it as UTF-8 without a byte order mark")
    if text.startswith(b"[") and text[1:].lstrip().startswith(b"{"):
        return reading.JSON_ARRAY, Problem("it is one JSON list, not one object a line", reading.HOW_TO_SPLIT)
    if text.split(b"\n", 1)[0].strip() == b"{":
        return reading.SPREAD_OBJECT, Problem("its objects are spread over several lines", reading.HOW_TO_JOIN)
    if b"\r" in text and b"\n" not in head:
        return reading.CR_NEWLINES, Problem("its lines end with CR alone", "save it with LF line ends (Unix)")
    return None


def _lines(path: Path, file: IO[bytes], max_bytes: int) -> Iterator[Line]:
    number = 0
    while raw := file.readline(max_bytes + 1):
        number += 1
        where = f"{path}:{number}"
        if len(raw) > max_bytes and not raw.endswith(b"\n"):
            size = len(raw) + _skip_rest(file, max_bytes)
            problem = Problem(f"the line is over {max_bytes:,} bytes", "split it into several examples")
            yield Line(number, None, (reading.LINE_TOO_LONG.found(where, problem),), size)
        else:
            yield _read(raw, number, where)


def _skip_rest(file: IO[bytes], max_bytes: int) -> int:
    skipped = 0
    while rest := file.readline(max_bytes):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped


def _read(raw: bytes, number: int, where: str) -> Line:
    findings: tuple[Finding, ...] = ()
    text = raw
    if number == 1 and raw.startswith(_BOM):
        text = raw.removeprefix(_BOM)
        problem = Problem("the file begins with a byte order mark", "save it as UTF-8 without BOM")
        findings = (reading.BYTE_ORDER_MARK.found(where, problem),)
    try:
        return Line(number, read_object(text), findings, len(raw))
    except BadText as bad:
        return Line(number, None, (*findings, bad.rule.found(where, bad.problem)), len(raw))
