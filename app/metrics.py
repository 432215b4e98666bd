"""What is counted for whoever looks after the server, as Prometheus reads it: no words, no ids, no addresses.

Labels come from closed sets: channels, sources, our own names of problems, the first and the second endpoint. With
several workers each writes into files of a folder of their own, which whoever is asked adds up; the folder is named by
PROMETHEUS_MULTIPROC_DIR before this module is imported ("Multiprocess Mode", prometheus_client's manual, 2026-11).
"""

import logging

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

from app.fulfillment import Fulfillment
from app.services import Services

logger = logging.getLogger(__name__)

__all__ = ["CONTENT_TYPE", "Metrics", "forget_worker"]

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 10, 20, 30)
_SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1)


class Metrics:
    """The counts of one application. Safe from any thread."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._registry = registry = CollectorRegistry()
        self._turns = Counter("webhook_turns", "Turns answered.", ["channel", "source"], registry=registry)
        self._problems = Counter("webhook_problems", "What went wrong in turns.", ["problem"], registry=registry)
        self._tokens = Counter("webhook_model_tokens", "Tokens, as endpoints count them.", registry=registry)
        self._model = Histogram(
            "webhook_model_seconds",
            "How long models took for answers that were used.",
            ["endpoint"],
            registry=registry,
            buckets=_SECONDS,
        )
        self._share = Histogram(
            "webhook_deadline_share",
            "How much of its time a turn needed; more than 1 is late.",
            ["channel"],
            registry=registry,
            buckets=_SHARES,
        )
        self._in_progress = _gauge("webhook_turns_in_progress", "Turns that have a place.", registry)
        self._waiting = _gauge("webhook_turns_waiting", "Turns that wait for a place.", registry)
        self._resting = _gauge("webhook_endpoint_down", "Workers that leave it alone.", registry, "endpoint")

    def count(self, channel: str, fulfillment: Fulfillment, seconds: float, left_s: float) -> None:
        """Count a turn that took so long and was answered with so much time left; a full disk costs the count only."""
        try:
            self._count(channel, fulfillment, seconds, left_s)
        except OSError as error:
            logger.warning("a turn was not counted", extra={"reason": type(error).__name__})

    def _count(self, channel: str, fulfillment: Fulfillment, seconds: float, left_s: float) -> None:
        self._turns.labels(channel, fulfillment.reply.source).inc()
        self._share.labels(channel).observe(seconds / (seconds + left_s) if left_s else 1.01)
        for problem in fulfillment.problems:
            self._problems.labels(problem.partition(":")[0]).inc()
        completion = fulfillment.completion
        if completion is not None:
            self._model.labels("second" if completion.is_second else "first").observe(completion.seconds)
            self._tokens.inc(completion.tokens or 0)

    def look(self, services: Services) -> None:
        """Note how things stand in this process at the moment, unless the disk is full."""
        try:
            self._look(services)
        except OSError as error:
            logger.warning("how things stand was not noted", extra={"reason": type(error).__name__})

    def _look(self, services: Services) -> None:
        self._in_progress.set(services.gate.in_progress)
        self._waiting.set(services.gate.waiting)
        for endpoint, is_down in services.models.down().items():
            self._resting.labels(endpoint).set(is_down)

    def page(self) -> bytes:
        """Return what Prometheus reads, of all workers together."""
        if values.ValueClass is values.MutexValue:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def forget_worker(process: int) -> None:
    """Leave out of the sum what a worker that has ended was doing; what it has done stays counted."""
    multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]


def _gauge(name: str, what: str, registry: CollectorRegistry, *labels: str) -> Gauge:
    return Gauge(name, what, labels, registry=registry, multiprocess_mode="livesum")
