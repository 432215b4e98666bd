"""The session store: that it can be read and written, and that what is in it outlives a deploy."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.core.errors import StoreError
from app.sessions.sqlite import SqliteSessions
from app.settings import Settings
from scripts.checkup.case import Case
from scripts.checkup.results import Result, failed, ok, skipped

_CHECK = "store"


def check_store(case: Case) -> Iterator[Result]:
    """Open the store as the server does, and write to it."""
    if case.settings is None:
        yield skipped(_CHECK, "not looked at: the settings are refused", "mend the settings, then run this again")
        return
    began = time.monotonic()
    try:
        _ping(case.settings)
    except StoreError as error:
        yield failed(_CHECK, f"SESSIONS_PATH cannot be written: {_reason(case.settings.sessions_path, error)}", _FIX)
        return
    yield ok(_CHECK, f"can be read and written, in {(time.monotonic() - began) * 1_000:.0f} ms")


_FIX = "set SESSIONS_PATH to a file in a folder that this user may write to"


def _ping(settings: Settings) -> None:
    with closing(SqliteSessions(settings.sessions_path, settings.session_ttl_s)) as sessions:
        sessions.ping()


def _reason(path: Path, error: StoreError) -> str:
    """Return why, in words where the path itself shows it."""
    if path.is_dir():
        return f"{path} is a folder, not a file"
    existing = next(parent for parent in path.absolute().parents if parent.exists())
    return f"{existing} is not a folder" if not existing.is_dir() else f"{path} ({error})"
