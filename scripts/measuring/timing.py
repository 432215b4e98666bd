"""How long a screen works on one text, of the length of a turn and of the longest that is read."""

import time
from collections.abc import Callable

_CALM = (
    "Today I went to the market with my sister and we bought {} apples, bread and too much cheese. She told me about "
    "her new job on floor {}, I told her that I feel tired and alone since the move. I don't want to complain, in the "
    "last {} days my life was fine. "
)

_SIZES = (256, 10_000)


def measure_time(judge: Callable[[str], object], rounds: int = 300) -> dict[str, dict[str, float]]:
    """Return p50 and p99 in milliseconds for texts of two lengths, each text another one, after one warm-up."""
    judge("warm up")
    times = {size: [seconds(judge, _calm_text(size, n)) for n in range(rounds)] for size in _SIZES}
    return {str(size): percentiles(measured) for size, measured in times.items()}


def _calm_text(size: int, number: int) -> str:
    """Return everyday words of that length; no sentence is twice in it, else a screen that remembers looks fast."""
    return "".join(_CALM.format(n, n, n) for n in range(number, number + size // len(_CALM) + 2))[:size]


def seconds(judge: Callable[[str], object], text: str) -> float:
    """Return how long a core worked on one text; whatever else runs on the machine does not count."""
    start = time.thread_time()
    judge(text)
    return time.thread_time() - start


def percentiles(times: list[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds."""
    ordered = sorted(times)
    return {name: round(ordered[int(len(ordered) * q)] * 1000, 3) for name, q in (("p50", 0.5), ("p99", 0.99))}
