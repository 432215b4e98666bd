"""Folders that are whole or not there: filled beside their place, moved into it when everything is written."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "manifest.json"


class FolderInUse(Exception):
    """The folder must not be written; the message says why and what to do."""


@contextmanager
def whole_folder(path: Path, made_by: str) -> Iterator[Path]:
    """Give an empty folder that takes the place of `path` when the block ends well; the block writes its mark last.

    A former folder is replaced only when its manifest says that it is of the same maker. A killed process leaves the
    former folder as it was and at most `.NAME.part` beside it, which the next one clears.
    Raises FolderInUse when `path` holds anything else, or another process is writing it.
    """
    part, old = (path.with_name(f".{path.name}.{end}") for end in ("part", "old"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(part):
        try:
            _clear(part)
            if old.exists() and not path.exists():  # killed between the two moves below
                old.rename(path)
            _check_replaceable(path, made_by)
            yield part
        except BaseException:
            shutil.rmtree(part)
            raise
        _move(part, path, old)


def _check_replaceable(path: Path, made_by: str) -> None:
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    if not path.is_dir() or _maker(path / MARK) != made_by:
        raise FolderInUse(f"{path} holds something that {made_by} did not write; choose another folder, or empty it")


def _maker(mark: Path) -> str:
    try:
        manifest = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(manifest.get("made_by", "")) if isinstance(manifest, dict) else ""


@contextmanager
def _only_one(part: Path) -> Iterator[None]:
    """Hold the folder against a second process; the lock goes with the process, however that ends."""
    part.mkdir(exist_ok=True)
    handle = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FolderInUse(f"another process is writing {part.name}; wait for it to end") from error
    else:
        yield
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    for child in folder.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()


def _move(part: Path, path: Path, old: Path) -> None:
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    part.rename(path)
    shutil.rmtree(old, ignore_errors=True)
