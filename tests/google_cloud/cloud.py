"""A Google Cloud with one project on a free port: what is called is recorded, and any call can be made to fail."""

from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import proto

from tests.google_cloud.cx_services import CxServices
from tests.google_cloud.es_services import EsServices
from tests.google_cloud.operations import Operations
from tests.google_cloud.refusals import Refusal

Rpc = tuple[Any, Callable[[Any], Any]]
"""What a method takes, and what it does with it."""

_WRITES = ("Update", "Create", "Delete", "Restore", "Set", "Import")


@dataclass
class Cloud:
    """A running cloud: where it is, what was asked of it, what it holds."""

    address: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    """How long the caller of each call was ready to wait, in seconds."""
    operations: Operations = field(default_factory=Operations)
    es: EsServices = field(init=False)
    cx: CxServices = field(init=False)
    _faults: list[tuple[str, Refusal]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Fill it with agents as Google makes them."""
        self.es = EsServices(self.operations)
        self.cx = CxServices(self.operations)

    @property
    def writes(self) -> list[str]:
        """The methods called that change something, in their order."""
        return [method for method, _ in self.calls if method.startswith(_WRITES)]

    def fail(self, method: str, refusal: Refusal, times: int = 1) -> None:
        """Let the next calls of a method, such as "UpdateIntent", fail so; the cloud does nothing then."""
        self._faults += [(method, refusal)] * times

    def answer(self, method: str, act: Callable[[Any], Any], request: Any, context: grpc.ServicerContext) -> Any:
        """Record a call and answer it, or refuse it."""
        self.calls.append((method, request))
        self.waits.append(context.time_remaining())
        try:
            self._meet_fault(method)
            return act(request)
        except Refusal as refusal:
            refusal.end(context)

    def _meet_fault(self, method: str) -> None:
        for fault in self._faults:
            if fault[0] == method:
                self._faults.remove(fault)
                raise fault[1]


class _Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
    """All methods of all services, by their full names."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._rpcs: Mapping[str, Rpc] = {**cloud.es.rpcs(), **cloud.cx.rpcs(), **cloud.operations.rpcs()}

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """Return what answers a method, None where Google has more than we do."""
        if details.method not in self._rpcs:
            return None
        kind, act = self._rpcs[details.method]
        short = details.method.rpartition("/")[2]
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._cloud.answer(short, act, request, context),
            request_deserializer=kind.deserialize if issubclass(kind, proto.Message) else kind.FromString,
            response_serializer=_serialize,
        )


def _serialize(message: Any) -> bytes:
    serialized: bytes = (
        type(message).serialize(message) if isinstance(message, proto.Message) else message.SerializeToString()
    )
    return serialized


@contextmanager
def serving(port: int = 0) -> Iterator[Cloud]:
    """Serve a new cloud, on a free port unless one is named, and stop it in the end."""
    cloud = Cloud()
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=(_Methods(cloud),))
    cloud.address = f"127.0.0.1:{server.add_insecure_port(f'127.0.0.1:{port}')}"
    server.start()
    try:
        yield cloud
    finally:
        server.stop(None).wait()
