"""How much memory a program and all that it started hold, read from Linux's /proc."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_EVERY_S = 0.5


class Peak:
    """The most memory seen, in MB. `whole` is of all processes at one moment, `largest` of a single one."""

    def __init__(self) -> None:
        self.whole = 0
        self.largest = 0

    def look(self, pid: int) -> None:
        """Take note of what a process and those below it hold now."""
        sizes = [_resident_mb(process) for process in _family(pid)]
        self.whole = max(self.whole, sum(sizes))
        self.largest = max(self.largest, *sizes, 0)


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Watch a process and those below it until the block ends, twice a second.

    Pages that several processes share, such as the model's file, are counted for each: the sum is an upper bound.
    """
    peak, is_over = Peak(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_EVERY_S):
            peak.look(pid)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def _family(pid: int) -> Iterator[int]:
    """Yield a process and, as long as they live, those that it and its children started."""
    yield pid
    with suppress(OSError):  # it has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _resident_mb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
    return 0
