"""Which model a persona was given, when, by whom and why: a file that only grows, a line for each change.

    {"at": "2026-11-21T12:00:00+00:00", "by": "ann", "action": "promote", "model": "ft:...", "former": null, ...}

It lies beside the personas, in history/, so that a git push carries it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from app.core.errors import ContentError


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `overruled` is what --force put aside, with its `reason`; `dataset` is its manifest's SHA-256."""

    at: str
    by: str
    action: Literal["promote", "rollback"]
    model: str | None
    former: str | None
    dataset: str | None = None
    scorecard_date: str | None = None
    reason: str | None = None
    overruled: Sequence[str] = ()


def history_path(folder: Path, persona: str) -> Path:
    """Return where the changes of a persona are written down."""
    return folder / "history" / f"{persona}.jsonl"


def read_history(path: Path) -> Sequence[Entry]:
    """Return all changes, oldest first. Raises ContentError naming the line that is broken."""
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ContentError(f"{path}:{number}: is no entry of a history; put back what was there") from error
    return entries


def write_entry(path: Path, entry: Entry) -> None:
    """Add a change; when this returns, it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def last_standing(entries: Sequence[Entry]) -> Entry | None:
    """Return the promotion that no rollback has taken back yet, None when there is none."""
    standing: list[Entry] = []
    for entry in entries:
        if entry.action == "promote":
            standing.append(entry)
        elif standing:
            standing.pop()
    return standing[-1] if standing else None
