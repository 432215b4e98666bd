"""Labelled texts of any origin: CSV or JSONL, whatever their columns and labels are called."""

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYNONYMS: Mapping[str, str] = {
    "safe": "none", "no": "none", "no risk": "none", "negative": "none", "0": "none", "ok": "none",
    "self harm": "self_harm", "selfharm": "self_harm", "nssi": "self_harm",
    "third party": "third_party", "thirdparty": "third_party", "other person": "third_party",
    "active ideation": "active", "passive ideation": "passive", "imminent risk": "imminent",
}  # fmt: skip

HARMLESS = ("none", "pass", "other")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text."""

    text: str
    label: str
    kind: str = ""
    language: str = ""


class BadFile(ValueError):
    """A file that cannot be measured; the message says why."""


def read_examples(path: Path, known: Collection[str], label: str | None = None) -> Iterator[Example]:
    """Yield the examples of one file; `known` are the labels there are, `label` that of files without the column.

    Raises BadFile naming file and row.
    """
    for number, row in enumerate(_rows(path), start=1):
        text = row.get("text") or row.get("prompt")
        found = canonical(str(label or row.get("label") or ""))
        if not isinstance(text, str):
            raise BadFile(f"{path}: row {number}: no text; expected a column text or prompt")
        if found not in known:
            raise BadFile(
                f'{path}: row {number}: label "{found}" is not known; expected {", ".join(known)}, or --label'
            )
        yield Example(text, found, str(row.get("kind") or ""), str(row.get("language") or ""))


def canonical(label: str) -> str:
    """Return the label in our own words: `Self-Harm` is self_harm, `active ideation` is active."""
    plain = " ".join(label.casefold().replace("-", " ").replace("_", " ").split())
    return SYNONYMS.get(plain, plain.replace(" ", "_"))


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a CSV file, or the objects of a JSONL file, with keys in lower case."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: Iterable[Any] = (
            map(json.loads, filter(str.strip, file)) if path.suffix == ".jsonl" else csv.DictReader(file)
        )
        for row in rows:
            if not isinstance(row, dict):
                raise BadFile(f"{path}: every line must be an object with text and label")
            yield {str(key).strip().lower(): value for key, value in row.items()}
