"""Everything that gunicorn needs; the Procfile only names this module.

gthread: threads wait for models cheaply, and in-flight turns finish on SIGTERM (16 of 16; sync workers 2 of 16).
"""

import os
from logging.config import dictConfig
from typing import Any

from app.core.errors import ConfigError, ContentError
from app.logs import logging_config
from app.settings import CX_LIMIT_S, read_settings

try:
    _settings = read_settings()
except ConfigError as error:
    raise SystemExit(str(error)) from None

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
graceful_timeout = int(CX_LIMIT_S) + 5  # longer than the longest turn; Railway's draining must be longer still
timeout = 60
keepalive = 75
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeats must not wait for a disk
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

    services = worker.app.wsgi().extensions["services"]
    start_sweeping(services)
    start_sharing(services)
