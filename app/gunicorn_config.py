"""Everything that gunicorn needs; the Procfile only names this module.

gthread: threads wait for models cheaply, and in-flight turns finish on SIGTERM (16 of 16; sync workers 2 of 16).
"""

import atexit
import os
import shutil
import tempfile
from logging.config import dictConfig
from typing import Any

from app.core.errors import ConfigError, ContentError
from app.logs import logging_config
from app.settings import GRACEFUL_S, read_settings

_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - what is written often waits for no disk

try:
    _settings = read_settings()
except ConfigError as error:
    raise SystemExit(str(error)) from None


def _folder_for_counts() -> str:
    """Return a new folder in which the workers count; it goes when this process ends, not when a worker does."""
    folder = tempfile.mkdtemp(prefix="webhook-metrics-", dir=_MEMORY)
    owner = os.getpid()

    def clear() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(clear)
    return folder


wsgi_app = "app.gunicorn_config:load_app()"
bind = _settings.bind_address
worker_class = "gthread"
workers = _settings.web_concurrency
_AT_ONCE = 32  # for who is turned away, or at risk, while every place is taken and the line is full
threads = 2 * _settings.threads + _AT_ONCE  # in progress, in line, and these
worker_connections = 4 * threads  # well above the threads: connections beyond them wait instead of being refused
preload_app = (
    True  # a bad setting stops the start at once, and two workers share 50 MB; nothing connects before the fork
)
graceful_timeout = GRACEFUL_S
timeout = 60
keepalive = 75
control_socket_disable = True
worker_tmp_dir = _MEMORY
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _folder_for_counts()  # the library's own way to be told, when it is imported
logconfig_dict = logging_config(_settings.log_level)
dictConfig(logconfig_dict)  # the application is loaded before gunicorn would do it


def load_app() -> Any:
    """Return the application; a wrong persona, setting or required store ends the start with its message alone."""
    from app.server import create_app
    from app.wiring import check_store

    try:
        check_store(_settings)
        return create_app(_settings)
    except (ConfigError, ContentError) as error:
        raise SystemExit(str(error)) from None


def post_worker_init(worker: Any) -> None:
    """Begin, in each worker, to delete expired conversations and to share counts."""
    from app.server import start_sharing, start_sweeping

    extensions = worker.app.wsgi().extensions
    start_sweeping(extensions["services"])
    start_sharing(extensions["services"], extensions["metrics"])


def child_exit(server: Any, worker: Any) -> None:
    """Leave out of the metrics what a worker that has ended was doing."""
    from app.metrics import forget_worker

    forget_worker(worker.pid)
