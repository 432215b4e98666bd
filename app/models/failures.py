"""What is raised in the SDK and under it, in our own words: each of our errors is handled in another way."""

import re

import httpx2
import openai

from app.core.errors import ModelBroken, ModelBusy, ModelError, ModelRefused, ModelRejected, ModelTimeout

# What broken bodies and torn connections raise inside the SDK and under it; everything else is a defect of ours.
BROKEN = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TypeError, RecursionError)


def as_model_error(error: Exception) -> ModelError:
    """Return our error for a vendor's. No message of the endpoint is kept: it may quote the prompt or the key."""
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return ModelTimeout("the endpoint kept silent")
    if isinstance(error, openai.APIStatusError):
        return _as_status_error(error)
    return ModelBroken(f"the connection or the body broke ({type(error).__name__})")


def _as_status_error(error: openai.APIStatusError) -> ModelError:
    code = re.sub(r"[^\w.-]", "", str(error.code or error.type or ""))[:60]
    said = f"HTTP {error.status_code}{f' {code}' if code else ''}"
    if code in {"content_filter", "content_policy_violation"}:
        return ModelRefused(said)
    if error.status_code == 429:
        return ModelBusy(said)
    return ModelRejected(said) if 400 <= error.status_code < 500 else ModelBroken(said)
