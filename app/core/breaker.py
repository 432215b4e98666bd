"""When an endpoint that does not work is left alone, and when it is tried again.

A breaker is a value; whoever holds it keeps the newest. It opens when nothing but faults came for some seconds, so
that an endpoint with some faults among its answers is asked on. While it is open, one question a second goes through;
the first answer closes it. Times are of a monotonic clock.
"""

from dataclasses import dataclass, replace

FAULTS = 3
FAILING_S = 2.0
PROBE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """`faults` came in a row, the first of them at `failing_since`. `probed_at` is None while it is closed."""

    faults: int = 0
    failing_since: float = 0.0
    probed_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the endpoint is left alone."""
        return self.probed_at is not None


def may_ask(breaker: Breaker, now: float) -> bool:
    """Return whether a question may go through; say so with `asked` when it does."""
    return breaker.probed_at is None or now - breaker.probed_at >= PROBE_EVERY_S


def asked(breaker: Breaker, now: float) -> Breaker:
    """Return the breaker after a question: the next one is a second away, if it is open."""
    return replace(breaker, probed_at=now) if breaker.is_open else breaker


def after_answer(breaker: Breaker) -> Breaker:
    """Return the breaker after words of the endpoint: closed, and nothing is held against it."""
    return Breaker() if breaker.faults or breaker.is_open else breaker


def after_fault(breaker: Breaker, now: float) -> Breaker:
    """Return the breaker after a fault of the endpoint."""
    since = breaker.failing_since if breaker.faults else now
    failing = replace(breaker, faults=breaker.faults + 1, failing_since=since)
    if failing.is_open or failing.faults < FAULTS or now - since < FAILING_S:
        return failing
    return tripped(failing, now)


def tripped(breaker: Breaker, now: float) -> Breaker:
    """Return the breaker after certain news that the endpoint is down."""
    return breaker if breaker.is_open else replace(breaker, probed_at=now)
