"""The session store, file or Redis: that it can be reached, read and written."""

import time
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import ConfigError, StoreError
from app.settings import Settings
from app.wiring import open_store
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
        open_store(case.settings).ping()
    except ConfigError as error:
        yield failed(_CHECK, str(error), "copy REDIS_URL from the Redis service's variables")
    except StoreError as error:
        yield _broken(case.settings, error)
    else:
        where = "Redis" if case.settings.redis_url else "the file"
        yield ok(_CHECK, f"{where} can be read and written, in {(time.monotonic() - began) * 1_000:.0f} ms")


def _broken(settings: Settings, error: StoreError) -> Result:
    if settings.redis_url:
        fix = "is it running, is the password right? On Railway: REDIS_URL=${{Redis.REDIS_URL}}"
        return failed(_CHECK, "the Redis of REDIS_URL cannot be reached or written", fix)
    said = f"SESSIONS_PATH cannot be written: {_reason(settings.sessions_path, error)}"
    return failed(_CHECK, said, "set SESSIONS_PATH to a file in a folder that this user may write to")


def _reason(path: Path, error: StoreError) -> str:
    """Return why, in words where the path itself shows it."""
    if path.is_dir():
        return f"{path} is a folder, not a file"
    existing = next(parent for parent in path.absolute().parents if parent.exists())
    return f"{existing} is not a folder" if not existing.is_dir() else f"{path} ({error})"
