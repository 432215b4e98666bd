"""Files that are whole or not there: written beside their place, flushed to disk, moved into it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import IO


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Open a text file (UTF-8, newline as given) that takes the place of `path` only when the block ends well.

    A killed process leaves the former file untouched, and at most a `.path.*.part` beside it. Makes the folder.
    """
    with _in_place_of(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, text: str) -> None:
    """Write text to path so that it is there completely or not at all."""
    with whole_file(path) as file:
        file.write(text)


def write_whole_bytes(path: Path, content: bytes) -> None:
    """Write bytes to path so that they are there completely or not at all."""
    with _in_place_of(path) as part, part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file of any size, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _in_place_of(path: Path) -> Iterator[Path]:
    """Give a file beside `path`, and move it there when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.chmod(0o666 & ~_umask())
    part.replace(path)


def _umask() -> int:
    """Return the process's umask; the only way to read it is to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
