"""Where these rules part from the old tool's, on purpose; everywhere else the rows are the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """What the old tool did, what happens here, and whether other rows are written because of it."""

    about: str
    before: str
    now: str
    changes_rows: bool


DIFFERENCES = (
    Difference(
        "separator and stop that are reported",
        "the longest common end of the data: `s ->`, ` o'clock\\n`, `tive` of positive and negative",
        "the mark itself, added by us or found before it; a chance end is called one, and `--force-marks` adds a mark",
        changes_rows=False,
    ),
    Difference(
        "`.` as an end mark",
        "chosen when a completion has a line end and none has a dot: the stop then cuts every real sentence",
        "never; ` END` comes next",
        changes_rows=True,
    ),
    Difference(
        "marks and small letters",
        "` END` counts as capitals and becomes ` end`, which is not what is asked for later",
        "marks do not count and stay as they are",
        changes_rows=True,
    ),
    Difference(
        "a beginning that is cut inside a word",
        "removed letter by letter: `@1157` from thirty mentions, `Wh` of What and Why",
        "only whole words go, counted after cutting back; rows that say nothing else are reported",
        changes_rows=True,
    ),
    Difference(
        '"NA", "null", "None", "nan" in CSV, TSV, XLSX',
        "read as nothing, their rows dropped",
        "text like any other",
        changes_rows=True,
    ),
    Difference(
        "long rows after other rows were dropped",
        "the row that stands at the long one's former number is dropped, the long one stays",
        "the long one is dropped",
        changes_rows=True,
    ),
    Difference(
        "a file of one row",
        "declared invalid, or all its prompts identical",
        "prepared; one row shares nothing with others",
        changes_rows=True,
    ),
    Difference(
        "a .json file that needs nothing else",
        "called ready for fine-tuning as it is, which no endpoint accepts",
        "converted to JSONL",
        changes_rows=True,
    ),
    Difference(
        "a .jsonl file that holds one JSON value over several lines",
        "declared invalid",
        "read",
        changes_rows=True,
    ),
    Difference(
        "what cannot be read",
        '"does not appear to be in valid JSONL format"',
        "file:line, cause and fix; also for bytes that are not UTF-8 and quotations that never end",
        changes_rows=False,
    ),
    Difference(
        "a CSV row with more fields than the header",
        "an error, or, when the first row has them, all columns moved by one without a word",
        "an error with file:line; empty fields at the end do no harm",
        changes_rows=True,
    ),
    Difference(
        "numbers in JSON",
        "whole ones get `.0` when another row has none; large ones are an error",
        "text as written",
        changes_rows=True,
    ),
    Difference(
        "lists and objects as prompt or completion, halves of characters",
        "written as Python prints them, or dropped",
        "refused with file:line",
        changes_rows=True,
    ),
    Difference(
        "a byte order mark",
        "an error in JSON, part of the first completion in TXT",
        "no part of the text",
        changes_rows=True,
    ),
    Difference(
        "no row with a completion, or a completion that is its common beginning alone",
        "a crash, or an empty file",
        "the first is refused, the second reported",
        changes_rows=True,
    ),
    Difference(
        "empty rows above the header of a sheet",
        "taken for the header: `prompt` column/key is missing",
        "passed over",
        changes_rows=True,
    ),
    Difference(
        "a file that is missing, or of another format",
        "exit code 1",
        "exit code 2, as for everything that is called wrongly",
        changes_rows=False,
    ),
    Difference(
        "blank fields and empty prompts",
        "not mentioned",
        "reported with file:line; the rows stay",
        changes_rows=False,
    ),
    Difference(
        "chat format",
        "`prompt` column/key is missing",
        "said to be one, and check_dataset named",
        changes_rows=False,
    ),
    Difference(
        "choice",
        "one question after another, or all of them with --quiet",
        "the plan with rows before and after, --skip RULE; without a terminal nothing is written unless --yes is given",
        changes_rows=False,
    ),
)


def differences_table() -> str:
    """Return the differences as a table in Markdown."""
    head = "| | the old tool | here | other rows |\n|---|---|---|---|"
    lines = (f"| {it.about} | {it.before} | {it.now} | {'yes' if it.changes_rows else 'no'} |" for it in DIFFERENCES)
    return "\n".join([head, *lines])
