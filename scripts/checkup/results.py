"""What a check says: one line, how bad it is, and what to do next."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

Status = Literal["ok", "warning", "failed", "skipped"]
"""failed: it does not work so. warning: it works, and somebody should look. skipped: not looked at, and why."""

_SHORTEST_SECRET = 8
_IN_AN_ADDRESS = re.compile(r"//[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Result:
    """What was found. `check` is the subject in a word or two; `fix` is what to do, empty where nothing is."""

    status: Status
    check: str
    message: str
    fix: str = ""


def ok(check: str, message: str) -> Result:
    """Return that all is well."""
    return Result("ok", check, message)


def warning(check: str, message: str, fix: str) -> Result:
    """Return what works, and should be looked at."""
    return Result("warning", check, message, fix)


def failed(check: str, message: str, fix: str) -> Result:
    """Return what does not work."""
    return Result("failed", check, message, fix)


def skipped(check: str, message: str, fix: str = "") -> Result:
    """Return what was not looked at, and what would make it be."""
    return Result("skipped", check, message, fix)


def count(results: Iterable[Result]) -> Mapping[Status, int]:
    """Return how many results have each status, every status being there."""
    statuses = [result.status for result in results]
    return {status: statuses.count(status) for status in get_args(Status)}


def without_secrets(result: Result, secrets: Iterable[str]) -> Result:
    """Return a result in whose message no secret can be read, whoever put it there: endpoints quote keys in errors.

    Short secrets and plain words stay, for they stand in our own sentences, where a gap would betray them.
    """
    message = _IN_AN_ADDRESS.sub("//***@", result.message)
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET and not secret.isalpha():
            message = message.replace(secret, "***")
    return replace(result, message=message)
