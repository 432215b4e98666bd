"""What a file of columns holds once it is read. Cells are text, nothing is guessed: "NA" and "007" stay as written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Form = Literal["CSV", "TSV", "XLSX", "TXT", "JSON", "JSONL"]


class BadTable(Exception):
    """The file cannot be read; the message gives file:line, the cause and what to do."""


class UnknownFormat(BadTable):
    """The name of the file does not end in one of the formats that are read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `where` is file:line, for JSON arrays and spreadsheets file:row.

    A field is text; empty where the file has nothing or null. Lists and objects of JSON stay what they are.
    """

    where: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file. `form` is what it holds, which for .json and .jsonl may differ from what its name says.

    `left_out` names what was not read (further sheets).
    """

    name: str
    form: Form
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    left_out: tuple[str, ...] = ()

    @property
    def is_json_lines(self) -> bool:
        """Whether the file is what a fine-tuning endpoint takes: one JSON object a line, named .jsonl."""
        return self.form == "JSONL" and self.name.lower().endswith(".jsonl")
