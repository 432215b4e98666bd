"""Long operations: what Google answers to an export or a restore, at once or after having been asked again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import proto
from google.longrunning.operations_pb2 import GetOperationRequest, Operation
from google.protobuf.empty_pb2 import Empty

from tests.google_cloud.refusals import not_found


@dataclass
class Operations:
    """The operations under way. With `slow` they are done when they are looked at, else from the begin."""

    slow: bool = False
    _kept: dict[str, Operation] = field(default_factory=dict)

    def begin(self, result: proto.Message | None = None) -> Operation:
        """Return an operation that comes to a result, or to nothing."""
        operation = Operation(name=f"projects/p/operations/{len(self._kept) + 1}", done=True)
        operation.response.Pack(Empty() if result is None else type(result).pb(result))
        self._kept[operation.name] = operation
        return Operation(name=operation.name) if self.slow else operation

    def rpcs(self) -> Mapping[str, tuple[Any, Callable[[Any], Any]]]:
        """Return the methods, by full name."""
        return {"/google.longrunning.Operations/GetOperation": (GetOperationRequest, self._get)}

    def _get(self, request: GetOperationRequest) -> Operation:
        if request.name not in self._kept:
            raise not_found(request.name)
        return self._kept[request.name]
