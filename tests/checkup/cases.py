"""Set-ups made of a few variables, for checks that look at nothing else."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from scripts.checkup.case import Case, Check, Wish, read_case
from tests.checkup.setups import GOOD, Line

TODAY = date(2026, 11, 21)


def case_of(
    outside: Mapping[str, str] | None = None,
    dotenv: bytes | None = None,
    wish: Wish | None = None,
    today: date = TODAY,
) -> Case:
    """Return the case of a .env, written into the current folder, and an environment."""
    if dotenv is not None:
        Path(".env").write_bytes(dotenv)
    return read_case(wish or Wish(), Path(".env"), GOOD if outside is None else outside, today)


def said(check: Check, case: Case) -> list[Line]:
    """Return what a check says."""
    return [(result.status, result.check, result.message, result.fix) for result in check(case)]
