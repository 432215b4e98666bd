"""The fault matrix: every fault of a model endpoint, streamed or not, in both channels, at a real gunicorn.

Every turn is answered with HTTP 200, valid and not empty, in under 4.6 s, and no traceback is logged. -s shows the
table: how long each took, and whether the words were the model's or a line of the persona's.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from app.channels import detect
from tests.channels.test_contract import referee
from tests.conftest import cx_request, es_request
from tests.faults.upstream import OWN, failing, name_in, shared_faults
from tests.gunicorns import post, text_of, web_server
from tests.loopback import Behaviour

LONGEST_S = 4.6
AT_ONCE = 32
CHANNELS = {"ES": es_request, "CX": cx_request}
WAYS = {"stream": "true", "whole": "false"}
FALLBACKS = ("my words did not come in time", "I lost my thought", "Something kept me from answering")


@dataclass(frozen=True)
class Cell:
    """What became of one turn."""

    fault: str
    way: str
    channel: str
    status: int
    content: bytes
    took_s: float

    @property
    def words(self) -> str:
        """Return whose words they are."""
        text = text_of(self.content)
        if "still thinking about" in text or "more than a quick answer" in text:
            return "later"
        return "line" if any(line in text for line in FALLBACKS) else "model"


@pytest.fixture
def faults() -> Iterator[Mapping[str, Behaviour]]:
    """Give our own faults, and those of the shared fault server where it is beside this checkout."""
    with shared_faults() as theirs:
        yield {**OWN, **theirs}


def test_every_fault_is_answered(faults: Mapping[str, Behaviour], python: str, tmp_path: Path) -> None:
    """100% HTTP 200, valid, not empty, in time, without a traceback, and every fault was really met."""
    log: list[str] = []
    with ExitStack() as running:
        upstream = running.enter_context(failing(faults))
        start = partial(_start, running, python, tmp_path, upstream.base_url, log)
        with ThreadPoolExecutor() as pool:
            ports = dict(zip(WAYS, pool.map(start, WAYS), strict=True))
        cells = _ask_all(faults, ports)
        met = Counter(name_in(request) for request in upstream.requests if request)

    _show(faults, cells)
    assert len(cells) == len(faults) * 4
    assert [cell for cell in cells if cell.status != 200 or not text_of(cell.content).strip()] == []
    assert [(cell.fault, cell.took_s) for cell in cells if cell.took_s > LONGEST_S] == []
    assert [line for line in log if "exception" in json.loads(line)] == []
    assert [fault for fault in faults if met[fault] < 4] == []
    for cell in cells:
        request = CHANNELS[cell.channel]("")
        referee(detect(request).parse(request), cell.content)


def _start(running: ExitStack, python: str, folder: Path, base_url: str, log: list[str], way: str) -> int:
    """Start a server, and let it answer its first turn, which takes longer."""
    own = {"WEB_CONCURRENCY": "1", "MODEL_STREAM": WAYS[way], "SESSION_TURNS_PER_MINUTE": "0"}
    port, _ = running.enter_context(web_server(python, folder / way, base_url, log, **own))
    post(port, es_request(f"please {next(iter(OWN))}"))
    return port


def _ask_all(faults: Mapping[str, Behaviour], ports: Mapping[str, int]) -> list[Cell]:
    """Meet every fault in every way and channel, some at a time; what is fine goes on among them.

    Not all at one moment: how many turns a second this machine can take is not what is asked here.
    """

    def ask(fault: str, way: str, channel: str) -> Cell:
        request = CHANNELS[channel](f"please {fault}", session=f"{fault}-{way}-{channel}".replace(" ", "-"))
        started = time.monotonic()
        status, content = post(ports[way], request)
        return Cell(fault, way, channel, status, content, time.monotonic() - started)

    cells = [*product(faults, ports, CHANNELS)]
    with _all_well_otherwise(next(iter(faults)), ports), ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, *zip(*cells, strict=True)))


@contextmanager
def _all_well_otherwise(fine: str, ports: Mapping[str, int]) -> Iterator[None]:
    """Let some turns go well meanwhile, without which the breaker would open, as it should."""
    is_over = threading.Event()

    def talk() -> None:
        while not is_over.wait(0.5):
            for port in ports.values():
                post(port, es_request(f"please {fine}", session="fine"))

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        yield
    finally:
        is_over.set()
        talking.join()


def _show(faults: Mapping[str, Behaviour], cells: Sequence[Cell]) -> None:
    """Print the table to who runs this with -s."""
    found = {(cell.fault, cell.channel, cell.way): f"{cell.words} {cell.took_s:.2f}" for cell in cells}
    columns = [(channel, way) for channel in CHANNELS for way in WAYS]
    lines = [f"{'fault':22}" + "".join(f"{' '.join(column):>14}" for column in columns)]
    lines += [f"{fault:22}" + "".join(f"{found[(fault, *column)]:>14}" for column in columns) for fault in faults]
    sys.stderr.write("\n" + "\n".join(lines) + "\n")
