"""A training file on this machine, how it is to go up, and how a copy of it is recognised at the endpoint."""

from dataclasses import dataclass, field
from pathlib import Path

from scripts.dataset.checks.size import FILES_API_BYTES
from scripts.dataset.files import sha256
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.records import RemoteFile
from scripts.generation.asking import Patience

PART_BYTES = 64_000_000  # the Uploads API takes parts of 64 MB at most (openapi.json of 2026-08)

_HASH_CHARACTERS = 16
_NO_COPY = frozenset({"error", "deleted"})


def _patience() -> Patience:
    return Patience(attempts=5)


@dataclass(frozen=True, slots=True)
class Manner:
    """How files go up: in one piece as far as `whole_bytes`, else in parts of `part_bytes`; how patiently."""

    whole_bytes: int = FILES_API_BYTES
    part_bytes: int = PART_BYTES
    patience: Patience = field(default_factory=_patience)
    look_every_s: float = 2.0


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file and what it holds. Its remote name carries its hash: `train-9c56cc51b374c3ba.jsonl`."""

    path: Path
    sha256: str
    bytes: int

    @property
    def remote_name(self) -> str:
        """The name that it goes by at the endpoint."""
        return f"{self.path.stem}{self._name_end}"

    def is_copy(self, remote: RemoteFile) -> bool:
        """Whether a file at the endpoint holds the same, going by name and size."""
        return remote.name.endswith(self._name_end) and self.is_whole(remote)

    def is_whole(self, remote: RemoteFile) -> bool:
        """Whether a file that was ours is still there with all its bytes."""
        return remote.bytes == self.bytes and remote.status not in _NO_COPY

    @property
    def _name_end(self) -> str:
        return f"-{self.sha256[:_HASH_CHARACTERS]}.jsonl"


def look_at(path: Path) -> LocalFile:
    """Return a file's hash and size."""
    return LocalFile(path, sha256(path), path.stat().st_size)


def listed(file: LocalFile, endpoint: Endpoint) -> RemoteFile | None:
    """Return a copy from the endpoint's list, None when there is none. Raises what Endpoint does."""
    return next((remote for remote in endpoint.files() if file.is_copy(remote)), None)
