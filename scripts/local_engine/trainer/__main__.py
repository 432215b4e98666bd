"""The trainer's process: python -m scripts.local_engine.trainer JOB_FOLDER, started by the service.

Speaks wire.py's lines. Ends with 0 when it said how it went; anything else is a crash.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from scripts.local_engine.trainer.order import INSTALL, read_order
from scripts.local_engine.trainer.wire import TrainingError, Wire, open_wire

_NEEDED = ("torch", "transformers", "peft", "gguf")
_NICENESS = 10  # serving goes first


def main() -> None:
    """Train what the folder's order says, going on from where a former run was."""
    wire = open_wire()
    folder = Path(sys.argv[1])
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        _train(folder, wire)
    except TrainingError as error:
        wire.tell("failed", code=error.code, message=str(error), param=error.param)
    except MemoryError:
        wire.tell("failed", code="out_of_memory", message="the machine has too little memory; use a smaller batch_size")
    except OSError as error:
        said = f"{error.filename or folder} failed: {error.strerror or error}; check the disk, then create the job anew"
        wire.tell("failed", code="storage_error", message=said)


def _train(folder: Path, wire: Wire) -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise TrainingError("training_not_installed", f"{', '.join(missing)} is missing: {INSTALL}")
    from scripts.local_engine.trainer.training import (
        run,
    )  # loads 1 GB of libraries: only once they are known to be there

    run(folder, read_order(folder), wire)


if __name__ == "__main__":
    main()
