"""A deadline tells the time that is left, by the clock that it was given."""

from app.core.deadline import Deadline


def test_left_counts_down_and_stops_at_zero() -> None:
    """The time left shrinks as the clock goes on, and is never negative."""
    now = [10.0]
    deadline = Deadline(12.0, lambda: now[0])

    left = [deadline.left()]
    for now[0] in (11.5, 12.0, 99.0):
        left.append(deadline.left())

    assert left == [2.0, 0.5, 0.0, 0.0]


def test_earlier_leaves_time_for_what_comes_after() -> None:
    """The earlier deadline runs on the same clock and comes first; the first one is as it was."""
    deadline = Deadline(12.0, lambda: 10.0)

    assert deadline.earlier(0.5).left() == 1.5
    assert deadline.earlier(5.0).left() == 0.0
    assert deadline.left() == 2.0
