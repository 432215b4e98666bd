"""How the trainer and the service talk: JSON lines on stdout, words on stdin.

Lines, each with `kind`: started, step, checkpoint, paused, done, failed. Words: pause. When stdin ends, the service is
gone, and so is the trainer: whoever starts next goes on from the last checkpoint.
"""

import json
import os
import sys
import threading
from typing import Any, TextIO

PAUSE = "pause\n"


class TrainingError(Exception):
    """The job cannot be done; `code` and `param` as OpenAI's job.error has them, the message is for people."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


class Wire:
    """The line to the service. `is_pause_asked` turns true when the service asks for a pause."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._pause = threading.Event()

    @property
    def is_pause_asked(self) -> bool:
        return self._pause.is_set()

    def tell(self, kind: str, **fields: Any) -> None:
        """Send one line. Raises OSError when the service is gone."""
        print(json.dumps({"kind": kind, **fields}), file=self._out, flush=True)

    def listen(self, words: TextIO) -> None:
        """Take words until they end, then end this process at once: nothing may train unattended."""
        for word in words:
            if word == PAUSE:
                self._pause.set()
        os._exit(1)


def open_wire() -> Wire:
    """Return the line to the service on the real stdout, and send whatever libraries print to stderr instead."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    wire = Wire(out)
    threading.Thread(target=wire.listen, args=(sys.stdin,), daemon=True).start()
    return wire
