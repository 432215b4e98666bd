"""An OpenAI-compatible endpoint as scripts see it: where it is, a client for it, and what its errors mean for us.

Nothing is tried twice by the client: a second try may be a second payment, so whether there is one is decided above.
Errors are told apart by what can be done: try later, give this call up, or stop the run.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import openai

OPENAI_URL = "https://api.openai.com/v1"

_LAST_S = 30 * 86_400.0  # a Retry-After beyond a month is junk, not a wish
_SAID_CHARACTERS = 300


class TryLater(Exception):
    """The endpoint is busy, broken or out of reach for now. `wait_s` is how long it asks to wait, None if it says not.

    Some of these calls may have been answered and billed all the same (a time-out, a connection lost on the way back),
    unless `is_undone`: then the endpoint said that it did nothing.
    """

    def __init__(self, reason: str, wait_s: float | None = None, *, is_undone: bool = False) -> None:
        """Say what happened, in words for people."""
        super().__init__(reason)
        self.wait_s = wait_s
        self.is_undone = is_undone


class CallFailed(Exception):
    """The endpoint will not answer this call, however often it is asked. `status` and `code` are its own, if any."""

    def __init__(self, reason: str, status: int | None = None, code: str | None = None) -> None:
        """Say what happened, in words for people."""
        super().__init__(reason)
        self.status = status
        self.code = code


class RunStopped(Exception):
    """No call will be answered before something is changed; the message says what."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint is. `api_key` is "none" for one that asks for no key."""

    base_url: str
    api_key: str

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own, in any region."""
        host = urlsplit(self.base_url).hostname or ""
        return host == "api.openai.com" or host.endswith(".api.openai.com")


def read_address(environment: Mapping[str, str]) -> Address | None:
    """Return the configured endpoint, None when it is OpenAI's and the key is missing."""
    base_url = environment.get("OPENAI_BASE_URL", OPENAI_URL).rstrip("/")
    key = environment.get("OPENAI_API_KEY") or environment.get("OPENAI_KEY")
    return Address(base_url, key or "none") if key or base_url != OPENAI_URL else None


def open_client(address: Address, timeout_s: float) -> openai.OpenAI:
    """Return a client; nothing is connected yet. `timeout_s` bounds each wait for bytes, not a whole answer."""
    return openai.OpenAI(base_url=address.base_url, api_key=address.api_key, timeout=timeout_s, max_retries=0)


@contextmanager
def our_errors(base_url: str) -> Iterator[None]:
    """Turn what the `openai` package raises into TryLater, CallFailed or RunStopped."""
    try:
        yield
    except openai.APIStatusError as error:
        raise _as_ours(error, base_url) from error
    except openai.APIConnectionError as error:
        raise TryLater(f"{base_url} cannot be reached ({_cause(error)})") from error
    except (openai.OpenAIError, ValueError) as error:
        raise TryLater(f"the endpoint's answer broke off or is no JSON ({type(error).__name__})") from error


def _as_ours(error: openai.APIStatusError, base_url: str) -> Exception:
    status, said = error.status_code, _said(error)
    if status == 401:
        return RunStopped(f"{base_url} does not accept the key ({status}); set OPENAI_API_KEY to one it accepts")
    if error.code in {"insufficient_quota", "billing_hard_limit_reached"} or status == 402:
        return RunStopped(
            f"the account is out of credit or at its limit ({error.code or status}); see its billing page"
        )
    if status in {408, 409, 425, 429} or status >= 500:
        wait_s = retry_after_s(error.response.headers, time.time())
        return TryLater(f"HTTP {status}: {said}" if said else f"HTTP {status}", wait_s, is_undone=status == 429)
    return CallFailed(said or short(error.message), status, error.code)


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that an answer's headers ask to wait, None when they do not or not sensibly.

    Retry-After is seconds or a date (RFC 9110, 10.2.3); OpenAI also sends retry-after-ms. `now` is seconds since 1970.
    """
    milliseconds, wish = headers.get("retry-after-ms", ""), headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", milliseconds):
        wait_s = float(milliseconds) / 1_000
    elif re.fullmatch(r"\d+(\.\d+)?", wish):
        wait_s = float(wish)
    else:
        wait_s = _until(wish, now)
    return wait_s if 0 <= wait_s <= _LAST_S else None


def short(said: Any) -> str:
    """Return an endpoint's words on one line, cut where they grow long."""
    words = " ".join(str(said).split())
    return words if len(words) <= _SAID_CHARACTERS else f"{words[:_SAID_CHARACTERS]} ..."


def _said(error: openai.APIStatusError) -> str:
    """Return the endpoint's own words, empty where its body has none."""
    body = error.body
    return short((body.get("message") if isinstance(body, dict) else None) or "")


def _until(date: str, now: float) -> float:
    """Return the seconds until a date of HTTP, 0 when it is past, -1 when it is none."""
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return -1.0


def _cause(error: openai.APIConnectionError) -> str:
    if isinstance(error, openai.APITimeoutError):
        return "it kept silent"
    return short(error.__cause__ or error)
