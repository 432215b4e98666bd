"""Counts within a minute or a day, alone and together."""

from contextlib import closing
from pathlib import Path

import pytest

from app.limits import Limits, call_counter
from app.sessions.sqlite import SqliteSessions
from app.tally import DAY_S, MINUTE_S, Tally
from tests.fakes import BrokenSessions, FakeClock

MIDNIGHT = 1_700_006_400.0  # 2023-11-15


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT)


def test_a_process_knows_its_own_count_at_once(clock: FakeClock) -> None:
    """Each window counts by itself and begins anew when it is over."""
    tally = Tally(BrokenSessions(), clock)

    assert [tally.add("a", MINUTE_S) for _ in range(3)] == [1, 2, 3]
    assert (tally.add("b", MINUTE_S), tally.add("a", DAY_S)) == (1, 1)
    clock.now += 60
    assert (tally.add("a", MINUTE_S), tally.add("a", DAY_S)) == (1, 2)


def test_processes_learn_of_each_other(clock: FakeClock, tmp_path: Path) -> None:
    """After both have shared, each knows the sum, and nothing is counted twice."""
    with closing(SqliteSessions(tmp_path / "s.sqlite3", 60)) as store:
        one, other = Tally(store, clock), Tally(store, clock)
        for tally, times in ((one, 3), (other, 4)):
            for _ in range(times):
                tally.add("calls", MINUTE_S)
        for tally in (one, other, one, other):
            tally.share()

        assert other.add("calls", MINUTE_S) == 8
        assert one.add("calls", MINUTE_S) == 4
        other.share()
        one.share()
        assert one.add("calls", MINUTE_S) == 10


def test_a_store_that_is_down_loses_no_count(clock: FakeClock, tmp_path: Path) -> None:
    """The process counts alone, and brings it all when the store is back."""
    with closing(SqliteSessions(tmp_path / "s.sqlite3", 60)) as store:
        tally = Tally(BrokenSessions(), clock)
        for _ in range(5):
            tally.add("calls", DAY_S)
            tally.share()
        assert tally.add("calls", DAY_S) == 6
        tally._store = store
        tally.share()

        assert Tally(store, clock).add("calls", DAY_S) == 1
        assert tally.add("calls", DAY_S) == 7


def test_old_windows_take_no_memory(clock: FakeClock, tmp_path: Path) -> None:
    """Sessions come and go; what is over is forgotten."""
    with closing(SqliteSessions(tmp_path / "s.sqlite3", 60)) as store:
        tally = Tally(store, clock)
        for number in range(1_000):
            tally.add(f"session-{number}", MINUTE_S)
        tally.share()
        clock.now += 61
        tally.add("another", MINUTE_S)
        tally.share()

        assert len(tally._known) + len(tally._new) == 1


@pytest.mark.parametrize("jump_s", [-3_600.0, 86_400.0 * 400, -86_400.0 * 400])
def test_a_clock_that_jumps_stops_nothing(clock: FakeClock, tmp_path: Path, jump_s: float) -> None:
    """Another time is another window: at worst the count begins anew."""
    with closing(SqliteSessions(tmp_path / "s.sqlite3", 60)) as store:
        tally = Tally(store, clock)
        tally.add("calls", MINUTE_S)
        tally.share()
        clock.now += jump_s

        assert tally.add("calls", MINUTE_S) == 1
        tally.share()


def test_calls_are_limited_by_minute_and_by_day(clock: FakeClock) -> None:
    """The minute's limit opens again with the next minute, the day's with the next day."""
    may_call = call_counter(Limits(calls_a_minute=2, calls_a_day=3), Tally(BrokenSessions(), clock))

    first_minute = [may_call() for _ in range(3)]
    clock.now += 60
    second_minute = [may_call() for _ in range(2)]
    clock.now += 86_400

    assert (first_minute, second_minute, may_call()) == ([True, True, False], [True, False], True)


def test_without_limits_nothing_is_counted(clock: FakeClock) -> None:
    """No limit is no work."""
    tally = Tally(BrokenSessions(), clock)

    assert all(call_counter(Limits(), tally)() for _ in range(10))
    assert tally._new == {}
