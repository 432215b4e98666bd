"""Asking the model: llama.cpp servers, each with the adapters it was started with, replaced without a gap.

A new adapter means a new server beside the old one: the weights are mapped from the same file, so that it costs half
a second and little memory. Requests go to the new one from then on; the old one ends when its last answer is out.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.local_engine.children import end_child, module_command, start_child
from scripts.local_engine.errors import EngineError

NATIVE_NAME = "model-of-the-local-engine"
"""What each server calls its model, whatever it was asked for."""

NATIVE = module_command("scripts.local_engine.native")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask: host, port and, for a tuned model, the number of its adapter there."""

    host: str
    port: int
    adapter: int | None


class Inference:
    """The servers of one base model. Thread-safe."""

    def __init__(self, base: Path, command: Sequence[str] = NATIVE) -> None:
        """Serve `base`; `command` starts a server when name, model and adapters are appended to it."""
        self._command = (*command, NATIVE_NAME, str(base))
        self._current: _Server | None = None
        self._starting = threading.Lock()  # held while a server starts; requests for the current one go on
        self._counting = threading.Lock()

    def load(self, adapters: Sequence[Path]) -> None:
        """Have a server with exactly these adapters. Raises EngineError, and changes nothing, when one is bad."""
        with self._starting:
            current = self._current
            if current is None or not current.is_alive or current.adapters != tuple(adapters):
                self._replace(_Server(self._command, tuple(adapters)))

    @contextmanager
    def lease(self, adapter: Path | None, all_adapters: Sequence[Path]) -> Iterator[Place]:
        """Give a server that has the adapter and keep it alive until the block ends. Raises EngineError."""
        server = self._enter(adapter)
        if server is None:
            self.load(all_adapters)
            server = self._enter(adapter)
        if server is None:
            raise EngineError(f"{adapter} is not among the adapters; it may have just been deleted")
        try:
            yield server.place(adapter)
        finally:
            self._leave(server)

    def close(self) -> None:
        """End the current server."""
        with self._starting:
            self._replace(None)

    def _enter(self, adapter: Path | None) -> "_Server | None":
        with self._counting:
            server = self._current
            if server is None or not server.is_alive or not server.has(adapter):
                return None
            server.users += 1
            return server

    def _leave(self, server: "_Server") -> None:
        with self._counting:
            server.users -= 1
            is_over = server.users == 0 and server is not self._current
        if is_over:
            server.end()

    def _replace(self, server: "_Server | None") -> None:
        with self._counting:
            former, self._current = self._current, server
            is_over = former is not None and former.users == 0
        if former is not None and is_over:
            former.end()


class _Server:
    """One llama.cpp server. `users` counts the requests that are with it."""

    def __init__(self, command: Sequence[str], adapters: tuple[Path, ...]) -> None:
        self.adapters = adapters
        self.users = 0
        self._child = start_child([*command, *map(str, adapters)])
        address = self._child.stdout.readline().strip() if self._child.stdout else ""
        if not address:
            end_child(self._child)
            raise EngineError(f"{command[-1]} could not be loaded with {len(adapters)} adapters; the reason is above")
        self._address = urlsplit(address)

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs."""
        return self._child.poll() is None

    def has(self, adapter: Path | None) -> bool:
        """Whether it was started with the adapter; the base is always there."""
        return adapter is None or adapter in self.adapters

    def place(self, adapter: Path | None) -> Place:
        """Return where it is to be asked for a model."""
        number = self.adapters.index(adapter) if adapter else None
        return Place(self._address.hostname or "127.0.0.1", self._address.port or 0, number)

    def end(self) -> None:
        """Stop it."""
        end_child(self._child)
