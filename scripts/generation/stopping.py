"""Ctrl-C while answers are under way: ask no more, keep what still arrives, leave."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C ended


@contextmanager
def stopped_by_signals(say: Callable[[str], None]) -> Iterator[threading.Event]:
    """Give an event that Ctrl-C and SIGTERM set; a second one ends the process where it is, as kill -9 would.

    Only in the main thread. What the signals did before, they do again afterwards.
    """
    stop = threading.Event()

    def stop_soon(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(INTERRUPTED)
        stop.set()
        say("stopping; waiting for the answers under way (Ctrl-C again drops them)")

    former = {number: signal.signal(number, stop_soon) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
