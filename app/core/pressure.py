"""How many can wait: no more than will be answered in time, as far as the last turns tell."""

MODEL_S = 2.5  # a turn that gets its place with less time left than the usual one takes, this at most, is not begun
FIRST_GUESS_S = 1.0
_WEIGHT = 0.1  # of the newest turn in what is usual


def time_needed(usual_s: float) -> float:
    """Return how much of its time a turn keeps for being answered, once it has a place."""
    return min(usual_s, MODEL_S)


def may_wait(waiting: int, places: int, usual_s: float, left_s: float) -> bool:
    """Return whether who comes behind `waiting` others gets one of so many places soon enough."""
    return (waiting + 1) * usual_s / places + time_needed(usual_s) < left_s


def usual_now(usual_s: float, took_s: float) -> float:
    """Return what is usual after one more turn."""
    return (1 - _WEIGHT) * usual_s + _WEIGHT * took_s
