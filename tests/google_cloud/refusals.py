"""Refusing a call as Google does: a status, and its reason in the details that google.api_core reads."""

from dataclasses import dataclass
from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status


@dataclass(frozen=True)
class Refusal(Exception):
    """A call ends with this status; `reason` is what ErrorInfo says, such as SERVICE_DISABLED."""

    code: grpc.StatusCode
    message: str
    reason: str = ""

    def end(self, context: grpc.ServicerContext) -> NoReturn:
        """End the call with it."""
        details = []
        if self.reason:
            packed = AnyMessage()
            packed.Pack(ErrorInfo(reason=self.reason, domain="googleapis.com"))
            details.append(packed)
        status = Status(code=self.code.value[0], message=self.message, details=details)
        context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("aborting raises")


def not_found(name: str) -> Refusal:
    """Return the refusal for a name that is nobody's."""
    return Refusal(grpc.StatusCode.NOT_FOUND, f"com.google.apps.framework.request.NotFoundException: {name} not found")


def invalid(message: str) -> Refusal:
    """Return the refusal of a request that can never be right."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def denied(permission: str, name: str) -> Refusal:
    """Return the refusal for somebody without a permission, and for a project that is not theirs or not at all."""
    words = f"IAM permission '{permission}' on '{name}' denied."
    return Refusal(grpc.StatusCode.PERMISSION_DENIED, words, "IAM_PERMISSION_DENIED")
