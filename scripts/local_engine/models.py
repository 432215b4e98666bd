"""Which models there are: the base, its aliases, and what was tuned from it."""

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local_engine.errors import ApiError, bad_request
from scripts.local_engine.store import Store, now
from scripts.local_engine.trainer.order import GGUF_FILE

_OWNER = "local"


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked. `adapter` is a LoRA GGUF file, None for the base itself."""

    id: str
    adapter: Path | None = None


class Models:
    """The models of an engine over one base. Models that were tuned from another base are kept, and not shown."""

    def __init__(
        self, store: Store, base_id: str, aliases: Mapping[str, str], brought: Mapping[str, Path] | None = None
    ) -> None:
        """Know the base, other names for models, and adapters that were `brought` from elsewhere, by name."""
        self._store = store
        self._began = now()
        self._aliases = aliases
        self._brought = brought or {}
        self.base_id = base_id

    def find(self, name: str) -> Model:
        """Return the model of a name or alias. Raises ApiError when there is none."""
        name = self._aliases.get(name, name)
        if name == self.base_id or name in self._brought:
            return Model(name, self._brought.get(name))
        row = self._row(name)
        if row is None:
            known = ", ".join(model["id"] for model in self.list()["data"][:5])
            raise ApiError(404, f"The model `{name}` does not exist; some that do: {known}", "model_not_found", "model")
        return Model(row["id"], Path(row["folder"]) / GGUF_FILE)

    def adapters(self) -> Sequence[Path]:
        """Return the adapters of all tuned models, each once."""
        folders = dict.fromkeys(Path(row["folder"]) for row in self._rows())
        own = [folder / GGUF_FILE for folder in folders]
        return [*self._brought.values(), *(adapter for adapter in own if adapter.is_file())]

    def list(self) -> dict[str, Any]:
        """Return every model under each name that it has."""
        fixed = [_as_json(name, self._began) for name in (self.base_id, *self._aliases, *self._brought)]
        return {"object": "list", "data": [*fixed, *(_as_json(row["id"], row["created_at"]) for row in self._rows())]}

    def get(self, name: str) -> dict[str, Any]:
        """Return one model. Raises ApiError when there is none."""
        self.find(name)
        return next(model for model in self.list()["data"] if model["id"] == name)

    def delete(self, name: str) -> dict[str, Any]:
        """Delete a tuned model, and its files when no other model shares them. Raises ApiError when it is needed."""
        row = self._row(name)
        if row is None:
            self.find(name)
            raise ApiError(403, f"{name} belongs to the engine's start; only tuned models can be deleted")
        self._refuse_use(name)
        self._store.change("DELETE FROM models WHERE id = ?", name)
        if self._store.row("SELECT 1 FROM models WHERE folder = ?", row["folder"]) is None:
            shutil.rmtree(row["folder"], ignore_errors=True)
        return {"id": name, "object": "model", "deleted": True}

    def _refuse_use(self, name: str) -> None:
        user = self._store.row("SELECT id FROM jobs WHERE parent = ? AND finished_at IS NULL", name)
        if user is not None:
            said = f"{name} is in use: {user['id']} trains on from it. Cancel that job or wait for it"
            raise bad_request(said, "model", "model_in_use")

    def _row(self, name: str) -> sqlite3.Row | None:
        return self._store.row("SELECT * FROM models WHERE id = ? AND base = ?", name, self.base_id)

    def _rows(self) -> Sequence[sqlite3.Row]:
        return self._store.rows("SELECT * FROM models WHERE base = ? ORDER BY seq", self.base_id)


def parse_names(pairs: Sequence[str]) -> dict[str, str]:
    """Return what stands for each name in NAME=WHAT texts. Raises ValueError naming the one that is not so."""
    found = {}
    for pair in pairs:
        name, equals, what = pair.partition("=")
        if not (name and equals and what):
            raise ValueError(f"{pair!r} is not NAME=..., such as gpt-3.5-turbo=smollm2-135m")
        found[name] = what
    return found


def _as_json(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": _OWNER, "shutdown_date": None}
