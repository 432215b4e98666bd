"""How long a line may be."""

import pytest

from app.core.pressure import MODEL_S, may_wait, time_needed, usual_now


@pytest.mark.parametrize(
    ("waiting", "places", "usual_s", "left_s", "expected"),
    [
        (0, 1, 1.0, 4.5, True),
        (2, 1, 1.0, 4.5, True),
        (3, 1, 1.0, 4.5, False),
        (200, 100, 1.0, 4.5, True),
        (0, 1, 4.4, 4.5, False),
        (0, 100, 4.4, 4.5, True),
        (0, 1, 1.0, 0.5, False),
    ],
)
def test_the_line_is_as_long_as_the_deadline_allows(
    waiting: int, places: int, usual_s: float, left_s: float, expected: bool
) -> None:
    """Who waits is let in with as much time left as a turn usually takes."""
    assert may_wait(waiting, places, usual_s, left_s) is expected


def test_what_is_usual_follows_slowly() -> None:
    """One odd turn changes little, many change all; nobody keeps more than MODEL_S for the model."""
    usual_s = 1.0
    assert usual_now(usual_s, 4.0) == pytest.approx(1.3)
    for _ in range(100):
        usual_s = usual_now(usual_s, 4.0)
    assert usual_s == pytest.approx(4.0, abs=0.01)
    assert time_needed(usual_s) == MODEL_S
