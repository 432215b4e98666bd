"""The gate: so many at a time, a short line in order, the others turned away at once."""

import threading
import time
from collections.abc import Callable

from app.core.deadline import Deadline
from app.gate import Gate


def within(seconds: float) -> Deadline:
    return Deadline(time.monotonic() + seconds, time.monotonic)


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.002)


def in_line(gate: Gate, names: str, entered: list[str]) -> list[threading.Thread]:
    """Let a thread a name stand in line, one behind the other; it leaves at once when it gets in."""

    def stand(name: str) -> None:
        entered_at = gate.enter(within(4))
        entered.append(name if entered_at is not None else name.upper())
        if entered_at is not None:
            gate.leave(entered_at)

    threads = []
    for number, name in enumerate(names):
        threads.append(threading.Thread(target=stand, args=(name,)))
        threads[-1].start()
        wait_until(lambda number=number: gate.waiting > number)  # type: ignore[misc]
    return threads


def test_places_are_given_back() -> None:
    """As many as there are places get in at once, again and again."""
    gate = Gate(2, time.monotonic)
    for _ in range(5):
        moments = [gate.enter(within(4)) for _ in range(2)]
        assert gate.in_progress == 2
        for moment in moments:
            assert moment is not None
            gate.leave(moment)

    assert (gate.in_progress, gate.waiting) == (0, 0)


def test_the_line_moves_in_order() -> None:
    """Who came first gets the next place."""
    gate = Gate(3, time.monotonic)
    held = [gate.enter(within(4)) for _ in range(3)]
    entered: list[str] = []
    threads = in_line(gate, "abc", entered)

    assert held[0] is not None
    gate.leave(held[0])
    for thread in threads:
        thread.join()

    assert entered == ["a", "b", "c"]
    assert (gate.in_progress, gate.waiting) == (2, 0)


def test_who_would_come_too_late_is_turned_away_at_once() -> None:
    """A full line, or too little time, costs nobody a wait."""
    gate = Gate(1, time.monotonic)
    held = gate.enter(within(4))
    entered: list[str] = []
    threads = in_line(gate, "a", entered)
    started = time.monotonic()

    assert [gate.enter(within(seconds)) for seconds in (4, 1)] == [None, None]
    assert time.monotonic() - started < 0.5

    assert held is not None
    gate.leave(held)
    for thread in threads:
        thread.join()
    assert entered == ["a"]


def test_who_waited_in_vain_leaves_the_line() -> None:
    """When no place comes in time the turn is turned away, and the next in line is not held up by it."""
    gate = Gate(1, time.monotonic)
    held = gate.enter(within(4))
    started = time.monotonic()

    assert gate.enter(within(2.2)) is None
    assert 1.0 < time.monotonic() - started < 2.2
    assert gate.waiting == 0

    assert held is not None
    gate.leave(held)
    assert gate.enter(within(4)) is not None


def test_many_threads_never_exceed_the_places() -> None:
    """Under forty threads no more than four are in at a time, and all places are free in the end."""
    gate = Gate(4, time.monotonic)
    most = 0

    def work() -> None:
        nonlocal most
        for _ in range(20):
            entered_at = gate.enter(within(4))
            if entered_at is None:
                continue
            most = max(most, gate.in_progress)
            time.sleep(0.001)
            gate.leave(entered_at)

    threads = [threading.Thread(target=work) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, gate.in_progress, gate.waiting) == (4, 0, 0)
