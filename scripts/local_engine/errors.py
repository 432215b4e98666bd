"""What callers did wrong, or what this machine cannot do, in the shape that the openai package understands."""

from typing import Any


class EngineError(Exception):
    """The engine cannot start or serve; the message says why and what to do."""


class ApiError(Exception):
    """An answer that is not 2xx: `message` for people, `code` and `param` for programs."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param

    def as_json(self) -> dict[str, Any]:
        """Return the body, as OpenAI's ErrorResponse has it."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": str(self), "type": kind, "param": self.param, "code": self.code}}


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Return the error for a request that cannot work as things stand. Callers repeat a 409 unasked, and not this."""
    return ApiError(400, message, code, param)


def not_found(kind: str, name: str, param: str | None = None) -> ApiError:
    """Return the error for a file, job, upload or model that is not here."""
    code = "model_not_found" if kind == "model" else None
    return ApiError(404, f"No such {kind}: {name}", code, param or "id")
