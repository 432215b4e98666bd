"""Log lines: JSON, one a record, and never the message of an exception."""

import json
import logging
import sys

from app.logs import JsonFormatter, logging_config


def formatted(**fields: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "turn", **fields})
    line: dict[str, object] = json.loads(JsonFormatter().format(record))
    return line


def test_a_line_holds_its_fields() -> None:
    """Fields given as extra stand beside level and message."""
    line = formatted(persona="joy", seconds=0.5)

    assert {name: line[name] for name in ("level", "message", "persona", "seconds")} == {
        "level": "info",
        "message": "turn",
        "persona": "joy",
        "seconds": 0.5,
    }


def test_an_exception_is_logged_without_its_message() -> None:
    """Where it happened is enough; the message may quote a person."""
    try:
        raise ValueError("what a person said")
    except ValueError:
        line = formatted(exc_info=sys.exc_info())

    assert str(line["exception"]).startswith("ValueError < ")
    assert "test_logs.py" in str(line["exception"])
    assert "person said" not in json.dumps(line)


def test_libraries_that_print_bodies_are_kept_quiet_at_debug() -> None:
    """LOG_LEVEL=DEBUG does not make the SDK print prompts."""
    loggers = logging_config("DEBUG")["loggers"]

    assert {loggers[name]["level"] for name in ("openai", "httpx2", "httpcore2")} == {"WARNING"}


def test_gunicorns_complaints_do_not_quote_the_caller() -> None:
    """A broken request may hold somebody's words where its method should stand; the log shows only what went wrong."""
    line = formatted(
        name="gunicorn.error",
        levelno=logging.WARNING,
        msg="Invalid request from ip=1.2.3.4: Invalid method: 'I feel low'",
    )

    assert line["message"] == "Invalid request from ip=1.2.3.4"
