"""The model endpoint, through the `openai` package, which is imported nowhere else here.

Nothing is tried twice in this room: a second try may be a second payment, so whether there is one is decided above.
Errors are told apart by what can be done: try later, give this call up, or stop the run.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import openai

from scripts.generation.answers import Answer, BadAnswers, answer_from
from scripts.generation.calls import Call

OPENAI_URL = "https://api.openai.com/v1"
CHAT = "/chat/completions"

_LAST_S = 30 * 86_400.0  # a Retry-After beyond a month is junk, not a wish
_SAID_CHARACTERS = 300


class TryLater(Exception):
    """The endpoint is busy, broken or out of reach for now. `wait_s` is how long it asks to wait, None if it says not.

    Some of these calls may have been answered and billed all the same (a time-out, a connection lost on the way back).
    """

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        """Say what happened, in words for people."""
        super().__init__(reason)
        self.wait_s = wait_s


class CallFailed(Exception):
    """The endpoint will not answer this call, however often it is asked."""


class RunStopped(Exception):
    """No call will be answered before something is changed; the message says what."""


@dataclass(frozen=True, slots=True)
class BatchState:
    """What the endpoint says of a batch; `status` in its own words."""

    status: str
    done: int = 0
    failed: int = 0
    output_file: str | None = None
    error_file: str | None = None
    errors: tuple[str, ...] = ()


class Endpoint:
    """An OpenAI-compatible endpoint; safe to use from several threads."""

    def __init__(self, base_url: str, api_key: str, timeout_s: float) -> None:
        """Prepare; nothing is connected yet. `timeout_s` bounds each wait for the next bytes, not a whole answer."""
        self.base_url = base_url
        self._client = openai.OpenAI(base_url=base_url, api_key=api_key, timeout=timeout_s, max_retries=0)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, call: Call) -> Answer:
        """Return the answer to one call. Raises TryLater, CallFailed or RunStopped."""
        with self._errors():
            # As plain JSON: the SDK's models do not survive every body that compatible endpoints send.
            return answer_from(call.key, self._client.post(CHAT, body=call.body, cast_to=object))

    def upload(self, path: Path) -> str:
        """Upload a file of batch requests and return its id."""
        with self._errors(), path.open("rb") as file:
            return self._client.files.create(file=(path.name, file), purpose="batch").id

    def create_batch(self, file_id: str, run_id: str) -> str:
        """Start a batch that carries our run id, and return the endpoint's id."""
        with self._errors():
            return self._client.batches.create(
                input_file_id=file_id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={"run_id": run_id},
            ).id

    def find_batch(self, run_id: str) -> str | None:
        """Return the id of the batch that carries our run id, None when the endpoint knows of none."""
        with self._errors():
            batches = self._client.batches.list(limit=100)
            return next((batch.id for batch in batches if (batch.metadata or {}).get("run_id") == run_id), None)

    def batch(self, batch_id: str) -> BatchState:
        """Return how far a batch is."""
        with self._errors():
            batch = self._client.batches.retrieve(batch_id)
        counts = batch.request_counts
        errors = (batch.errors.data if batch.errors else None) or []
        return BatchState(
            batch.status,
            counts.completed if counts else 0,
            counts.failed if counts else 0,
            batch.output_file_id,
            batch.error_file_id,
            tuple(_short(f"line {error.line}: {error.message}" if error.line else error.message) for error in errors),
        )

    def download(self, file_id: str) -> bytes:
        """Return the content of a file."""
        with self._errors():
            return self._client.files.content(file_id).content

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except openai.APIStatusError as error:
            raise self._as_ours(error) from error
        except openai.APIConnectionError as error:
            raise TryLater(f"{self.base_url} cannot be reached ({_cause(error)})") from error
        except BadAnswers as error:
            raise CallFailed(str(error)) from error
        except (openai.OpenAIError, ValueError) as error:
            raise TryLater(f"the endpoint's answer broke off or is no JSON ({type(error).__name__})") from error

    def _as_ours(self, error: openai.APIStatusError) -> Exception:
        status, said = error.status_code, _short(error.message)
        if status in {401, 403}:
            return RunStopped(
                f"{self.base_url} does not accept the key ({status}); set OPENAI_API_KEY to one it accepts"
            )
        if status in {404, 405}:
            return RunStopped(f"{said}; check --model, and OPENAI_BASE_URL ({self.base_url}), which often ends in /v1")
        if error.code in {"insufficient_quota", "billing_hard_limit_reached"} or status == 402:
            return RunStopped(
                f"the account is out of credit or at its limit ({error.code or status}); see its billing page"
            )
        if status in {408, 409, 425, 429} or status >= 500:
            return TryLater(f"HTTP {status}", retry_after_s(error.response.headers, time.time()))
        return CallFailed(said)


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


def _until(date: str, now: float) -> float:
    """Return the seconds until a date of HTTP, 0 when it is past, -1 when it is none."""
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return -1.0


def _cause(error: openai.APIConnectionError) -> str:
    if isinstance(error, openai.APITimeoutError):
        return "it kept silent"
    return _short(str(error.__cause__ or error))


def _short(said: Any) -> str:
    words = " ".join(str(said).split())
    return words if len(words) <= _SAID_CHARACTERS else f"{words[:_SAID_CHARACTERS]} ..."
