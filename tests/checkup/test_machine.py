"""Python and the clock, judged from values; and a clock that is off, seen through a server's Date header."""

import time
from email.utils import formatdate
from pathlib import Path

import pytest

from scripts.checkup.case import Wish
from scripts.checkup.machine import check_clock, judge_clock, judge_python
from tests.checkup.cases import case_of, said
from tests.loopback import answer, loopback

NOW = 1_763_700_000.0


@pytest.mark.parametrize(
    ("running", "pinned", "status"),
    [((3, 11), "3.11", "ok"), ((3, 13), "3.11", "warning"), ((3, 10), "3.11", "failed"), ((3, 9), "3.9", "failed")],
)
def test_python_is_the_deployed_one(running: tuple[int, int], pinned: str, status: str) -> None:
    """Another one may do, an older one does not."""
    assert judge_python(running, pinned).status == status


@pytest.mark.parametrize(
    ("date", "took_s", "status"),
    [
        (formatdate(NOW, usegmt=True), 0.1, "ok"),
        (formatdate(NOW - 1, usegmt=True), 0.1, "ok"),
        (formatdate(NOW - 9, usegmt=True), 8.5, "ok"),  # a slow answer is no wrong clock
        (formatdate(NOW + 8, usegmt=True), 0.1, "warning"),
        (formatdate(NOW - 3_600, usegmt=True), 0.1, "failed"),
        ("", 0.1, "skipped"),
        ("yesterday", 0.1, "skipped"),
    ],
)
def test_a_clock_is_judged_by_its_distance(date: str, took_s: float, status: str) -> None:
    """Whole seconds and the time on the way are no error."""
    assert judge_clock(date, NOW, took_s, "example.org").status == status


def test_a_wrong_clock_is_seen() -> None:
    """By the Date header of the webhook, or of the model endpoint where there is no webhook."""
    dated = answer(b"{}", extra=f"Date: {formatdate(time.time() - 7_200, usegmt=True)}\r\n")

    with loopback(dated) as server:
        host = server.base_url.removesuffix("/v1")
        lines = [
            *said(check_clock, case_of(wish=Wish(url=f"{host}/webhook"))),
            *said(check_clock, case_of({"OPENAI_BASE_URL": server.base_url, "MODEL": "m"})),
        ]

    assert [(line[0], line[3]) for line in lines] == [
        ("failed", "set the clock by the network: timedatectl set-ntp true")
    ] * 2
    assert [head.split()[1] for head in server.headers] == ["/healthz", "/v1/models"]


def test_nobody_to_compare_with(tmp_path: Path) -> None:
    """That is said, and is no fault."""
    assert [line[0] for line in said(check_clock, case_of({}))] == ["skipped"]
    assert [line[0] for line in said(check_clock, case_of(wish=Wish(url="http://127.0.0.1:1/webhook")))] == ["skipped"]
