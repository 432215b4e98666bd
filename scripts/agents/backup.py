"""A whole agent in a file, as Google exports it, with a note beside it of what it holds.

An exported ES agent holds the webhook's password, so the folder and the files are for their owner alone.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.agents.clients import AgentError
from scripts.agents.outline import Outline
from scripts.dataset.files import sha256, write_whole, write_whole_bytes

FOLDER = Path(".data/agents")
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Backup:
    """An exported agent: whose it is, what it holds, and Google's own bytes."""

    agent: str
    made_at: str
    outline: Outline
    content: bytes


def keep(backup: Backup, label: str, now: datetime) -> Path:
    """Write a backup to a new file named by label and time, the note last, and return the file's path.

    Raises AgentError when it cannot be written.
    """
    try:
        FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = _free(f"{label}-{now:%Y-%m-%dT%H-%M-%S}")
        write_whole_bytes(path, backup.content)
        path.chmod(_OWNER_ONLY)
        write_whole(_note_of(path), _note(backup))
    except OSError as error:
        raise AgentError(f"no backup can be kept in {FOLDER} ({error}), so nothing was changed") from error
    return path


def _note(backup: Backup) -> str:
    digest = hashlib.sha256(backup.content).hexdigest()
    note = {"agent": backup.agent, "made_at": backup.made_at, "sha256": digest, "outline": dict(backup.outline)}
    return json.dumps(note, ensure_ascii=False, indent=2) + "\n"


def _free(stem: str) -> Path:
    names = (stem, *(f"{stem}-{number}" for number in range(2, 100)))
    return next(path for name in names if not (path := FOLDER / f"{name}.agent").exists())


def read_backup(path: Path, agent: str) -> Backup:
    """Return the backup in a file. Raises AgentError when it is not whole, or of another agent than `agent`."""
    note = _read_note(path)
    if note.get("agent") != agent:
        raise AgentError(f"{path} is a backup of {note.get('agent')}, not of {agent}; nothing was done")
    if note.get("sha256") != sha256(path):
        raise AgentError(f"{path} is not the file that was written: its SHA-256 differs from {_note_of(path).name}")
    return Backup(agent, str(note["made_at"]), note["outline"], path.read_bytes())


def _read_note(path: Path) -> Mapping[str, Any]:
    try:
        note = json.loads(_note_of(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AgentError(
            f"{_note_of(path)} cannot be read ({type(error).__name__}); it is written beside each backup, and says "
            "whose it is and what it holds"
        ) from error
    if not isinstance(note, dict) or not isinstance(note.get("outline"), dict) or "made_at" not in note:
        raise AgentError(f"{_note_of(path)} is not the note of a backup")
    return note


def _note_of(path: Path) -> Path:
    return path.with_suffix(".json")
