"""Programs that the engine starts: each ends by itself when its stdin does, so none outlives a killed engine."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]

_CALM = {
    "TQDM_DISABLE": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",  # torch's threads wait by spinning: on busy cores a step took 40 s instead of 1.4
}


def module_command(module: str) -> tuple[str, ...]:
    """Return the command that runs one of our modules with this Python."""
    return (sys.executable, "-m", module)


def start_child(command: Sequence[str], errors: IO[bytes] | None = None) -> "subprocess.Popen[str]":
    """Start a program whose stdin and stdout are ours; its stderr goes to `errors`, or where ours goes."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        command,
        env={**os.environ, **_CALM, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
    )


def end_child(child: "subprocess.Popen[str]", patience_s: float = 5.0) -> None:
    """Close a child's stdin, and kill it when it has not ended soon. What it still says is not read."""
    _close(child.stdin)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _close(child.stdout)


def _close(pipe: IO[str] | None) -> None:
    with suppress(OSError):  # what a child that has ended did not take
        if pipe is not None:
            pipe.close()
