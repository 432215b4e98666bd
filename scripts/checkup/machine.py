"""The machine that this runs on: its Python, and its clock."""

import sys
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from scripts.checkup.calling import base_of
from scripts.checkup.case import Case
from scripts.checkup.exchange import Unreachable, ask
from scripts.checkup.results import Result, failed, ok, skipped, warning
from scripts.endpoint import read_address

_OLDEST = (3, 11)
_PINNED = Path(__file__).parents[2] / ".python-version"
_OFF_S, _WRONG_S = 5.0, 60.0  # Date has whole seconds; ID tokens may be 10 s off, and certificates begin by the minute


def check_python(_: Case) -> Iterator[Result]:
    """Compare the running Python with the oldest that will do, and with the one that is deployed."""
    yield judge_python((sys.version_info.major, sys.version_info.minor), _PINNED.read_text().strip())


def judge_python(running: tuple[int, int], pinned: str) -> Result:
    """Judge a version against what the code needs and what .python-version gives to Railway."""
    name = ".".join(map(str, running))
    if running < _OLDEST:
        return failed("python", f"Python {name} is too old", "install Python 3.11 or newer, delete .venv, start again")
    if name != pinned:
        said = f"this is Python {name}, and {pinned} is what is deployed (.python-version)"
        return warning("python", said, f"run the tests with {pinned} before a deploy")
    return ok("python", f"{name}, as deployed")


def check_clock(case: Case) -> Iterator[Result]:
    """Compare this machine's clock with the Date header of the webhook or of the model endpoint."""
    url = _whom_to_ask(case)
    if url is None:
        yield skipped("clock", "nobody to compare it with", "name a webhook with --url, or set a model endpoint")
        return
    try:
        answer = ask("GET", url)
    except Unreachable:
        yield skipped("clock", f"{urlsplit(url).hostname} did not answer, so it cannot be compared")
        return
    date = answer.headers.get("date", "")
    yield judge_clock(date, time.time(), answer.seconds, urlsplit(url).hostname or "")


def judge_clock(date: str, now: float, took_s: float, host: str) -> Result:
    """Judge the clock that says `now` (seconds since 1970) when an answer dated `date` came after `took_s`."""
    try:
        theirs = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return skipped("clock", f"the answer of {host} carries no date to compare it with")
    off_s = max(0.0, abs(now - theirs) - took_s - 1)
    if off_s < _OFF_S:
        return ok("clock", f"agrees with {host}")
    said = f"this machine's clock and {host}'s are {off_s:.0f} s apart: tokens and certificates seem out of date"
    result = failed if off_s >= _WRONG_S else warning
    return result("clock", said, "set the clock by the network: timedatectl set-ntp true")


def _whom_to_ask(case: Case) -> str | None:
    address = read_address(case.environment)
    return f"{base_of(case.url)}/healthz" if case.url else f"{address.base_url}/models" if address else None
