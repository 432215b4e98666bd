"""Logging: one JSON object a line on stdout, where Railway and every log shipper read it.

Nobody's words are ever logged. So the message of an exception is not written either, only its type and where it
happened: messages of libraries quote what they choked on.
"""

import json
import logging
import time
import traceback
from typing import Any

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_TALKATIVE = ("openai", "httpx2", "httpcore2", "urllib3", "google")  # at DEBUG these print bodies and headers


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, then the fields given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=lambda value: type(value).__name__)


def _message(record: logging.LogRecord) -> str:
    """Return the message; of gunicorn's complaints only the begin, because the rest quotes what the caller sent."""
    message = record.getMessage()
    is_complaint = record.name.startswith("gunicorn") and record.levelno != logging.INFO
    return message.partition(": ")[0].partition(" after")[0] if is_complaint else message


def describe(error: BaseException) -> str:
    """Return an exception's type and the places it passed through, without its message."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return " < ".join([type(error).__name__, *reversed(places)])


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration for logging.config.dictConfig; gunicorn takes it as well."""
    quiet: dict[str, Any] = {name: {"level": "WARNING"} for name in _TALKATIVE}
    gunicorn: dict[str, Any] = {
        "gunicorn.error": {"level": "INFO" if level == "DEBUG" else level, "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},  # a turn has its own line
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stdout"]},
        "loggers": quiet | gunicorn,
    }
