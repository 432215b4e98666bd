"""A running engine: every room made, workers and HTTP server started, and stopped again. werkzeug is used only here.

werkzeug's threaded server, because all that is slow happens elsewhere (llama.cpp, the trainer), and because it shows
the caller's socket, so that a caller who hangs up frees a place at the model. It is bound to this machine only.
"""

import socket
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from scripts.local_engine.app import Rooms, create_app
from scripts.local_engine.bases import Base
from scripts.local_engine.errors import EngineError
from scripts.local_engine.events import Events
from scripts.local_engine.files import Files
from scripts.local_engine.inference import NATIVE, Inference
from scripts.local_engine.job_queue import TRAINER, Queue
from scripts.local_engine.jobs import Jobs
from scripts.local_engine.models import Models
from scripts.local_engine.orders import Orders
from scripts.local_engine.store import Store
from scripts.local_engine.trainings import Trainings
from scripts.local_engine.uploads import Uploads
from scripts.local_engine.validation import CHECKER

_HOST = "127.0.0.1"
_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How an engine is to run. `port` 0: any free one. The last three are commands of the programs that it starts."""

    base: Base
    folder: Path
    port: int = 0
    aliases: Mapping[str, str] | None = None
    brought: Mapping[str, Path] | None = None
    api_key: str | None = None
    threads: int = 2
    trainer: Sequence[str] = TRAINER
    native: Sequence[str] = NATIVE
    checker: Sequence[str] = CHECKER


@contextmanager
def running_engine(settings: EngineSettings) -> Iterator[str]:
    """Run an engine and give its base URL. Raises EngineError when it cannot start."""
    with ExitStack() as running:
        listener = running.enter_context(_listener(settings.port))
        store = _store(settings.folder)
        running.callback(store.close)
        files, events = Files(store), Events(store)
        models = Models(store, settings.base.id, settings.aliases or {}, settings.brought)
        inference = Inference(settings.base.gguf, settings.native)
        running.callback(inference.close)
        inference.load(models.adapters())
        rooms = Rooms(files, Uploads(store, files), Jobs(store, files, models, events), events, models, inference)
        orders = Orders(files, models, settings.base.trained_from, settings.threads)
        trainings = Trainings(store, files, models, events, orders, settings.checker)
        queue = Queue(settings.folder, trainings, inference, settings.trainer)
        running.callback(queue.stop)
        running.enter_context(_http_server(listener, create_app(rooms, settings.api_key)))
        queue.start()
        yield f"http://{_HOST}:{listener.getsockname()[1]}/v1"


class _QuietHandler(WSGIRequestHandler):
    """HTTP/1.1, for streams of unknown length, and no line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def _http_server(listener: socket.socket, app: Any) -> Iterator[None]:
    host, port = listener.getsockname()
    server = make_server(host, port, app, threaded=True, request_handler=_QuietHandler, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port), backlog=_BACKLOG)
    except OSError as error:
        raise EngineError(f"port {port} cannot be used ({error.strerror}); try --port {port + 1}") from error


def _store(folder: Path) -> Store:
    try:
        return Store(folder)
    except (OSError, sqlite3.Error) as error:
        raise EngineError(f"{folder} cannot be used ({error}); name another with --data") from error
