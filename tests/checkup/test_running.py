"""All checks run at once and within their time; one that hangs or breaks costs one line."""

import threading
import time
from collections.abc import Iterator

import pytest

from scripts.checkup.case import Case
from scripts.checkup.results import Result, failed, ok, without_secrets
from scripts.checkup.running import examine
from tests.checkup.cases import case_of


def check_first(_: Case) -> Iterator[Result]:
    time.sleep(0.2)
    yield ok("first", "well")


def check_second(_: Case) -> Iterator[Result]:
    time.sleep(0.2)
    yield ok("second", "well")


def check_that_hangs(_: Case) -> Iterator[Result]:
    yield ok("hangs", "begun")
    threading.Event().wait(30)


def check_that_breaks(_: Case) -> Iterator[Result]:
    yield ok("breaks", "begun")
    raise KeyError("a defect of ours")


def test_checks_run_at_once_and_are_told_in_order() -> None:
    """Five checks of 0.2 s take 0.2 s."""
    began = time.monotonic()

    told = [result.check for result in examine([check_second, check_first] * 5, case_of(), 10)]

    assert told == ["second", "first"] * 5
    assert time.monotonic() - began < 1.5


def test_a_check_that_hangs_is_left_behind() -> None:
    """What it said counts, the others are told, and the line names it."""
    told = list(examine([check_that_hangs, check_first], case_of(), 0.6))

    assert told == [
        ok("hangs", "begun"),
        failed("that hangs", "not done after 1 s", "something hangs: look at the network, then run this again"),
        ok("first", "well"),
    ]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_check_that_breaks_is_a_line() -> None:
    """A defect of ours is no silence."""
    told = list(examine([check_that_breaks, check_first], case_of(), 10))

    assert [(result.status, result.check) for result in told] == [
        ("ok", "breaks"),
        ("failed", "that breaks"),
        ("ok", "first"),
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("key sk-1234567 is wrong", "key *** is wrong"),
        ("sk-1234567-more", "***-more"),
        ("http://joe:pw@example.org/v1 does not answer", "http://***@example.org/v1 does not answer"),
        ("the password is set", "the password is set"),  # a gap would tell that this is the password
    ],
)
def test_no_secret_is_shown(message: str, shown: str) -> None:
    """Whoever put it into a message."""
    assert without_secrets(failed("x", message, "do"), ["sk-1234567", "password"]).message == shown
