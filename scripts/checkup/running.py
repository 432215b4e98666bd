"""Runs all checks at once, each within its time, and gives what they say in the order of the checks."""

import threading
import time
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from scripts.checkup.case import Case, Check
from scripts.checkup.results import Result, failed, without_secrets


def examine(checks: Sequence[Check], case: Case, limit_s: float) -> Iterator[Result]:
    """Yield what the checks find, a check's lines as soon as those before it are out. No secret is in them.

    A check that is not done after `limit_s` seconds is left behind: what it said so far counts, and it failed.
    """
    running = [_Running(check, case) for check in checks]
    until = time.monotonic() + limit_s
    for one in running:
        for result in one.results(until, limit_s):
            yield without_secrets(result, case.secrets)


class _Running:
    """A check on a thread of its own; nothing waits for it at the end of the program."""

    def __init__(self, check: Check, case: Case) -> None:
        self._name = check.__name__.removeprefix("check_").replace("_", " ")
        self._check = check
        self._case = case
        self._found: SimpleQueue[Result | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def results(self, until: float, limit_s: float) -> Iterator[Result]:
        try:
            while found := self._found.get(timeout=max(0.0, until - time.monotonic())):
                yield found
        except Empty:
            said = f"not done after {limit_s:.0f} s"
            yield failed(self._name, said, "something hangs: look at the network, then run this again")

    def _run(self) -> None:
        broken: Result | None = failed(
            self._name, "the check itself broke", "please report it, with the words on stderr"
        )
        try:
            for found in self._check(self._case):
                self._found.put(found)
            broken = None
        finally:
            if broken:
                self._found.put(broken)
            self._found.put(None)
