"""How long calls to Google may take, and which are tried again: only those that do no harm when they are done twice.

Google's own defaults try none of the calls that set up an agent, and wait for an answer without end
(google-cloud-dialogflow 2.54, read 2026-11).
"""

import sys
from typing import TypedDict

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type

_ANSWER_S = 60.0
_FIRST_S = 1.0
_LONGEST_S = 20.0
_GIVE_UP_S = 90.0  # the quotas of agent management are counted by the minute


class Call(TypedDict):
    """What Google's clients take beside a request."""

    retry: Retry
    timeout: float


def patient(timeout_s: float = _ANSWER_S) -> Call:
    """Return how to read, and to write what comes to the same when it is written twice. `timeout_s` is for one try."""
    again = (exceptions.ServiceUnavailable, exceptions.GatewayTimeout, exceptions.TooManyRequests)
    return Call(retry=_retry(*again), timeout=timeout_s)


def careful() -> Call:
    """Return how to create: after an outage nobody knows whether it was done, so only over-use is tried again."""
    return Call(retry=_retry(exceptions.TooManyRequests), timeout=_ANSWER_S)


def _retry(*kinds: type[Exception]) -> Retry:
    return Retry(
        predicate=if_exception_type(*kinds),
        initial=_FIRST_S,
        maximum=_LONGEST_S,
        timeout=_GIVE_UP_S,
        on_error=_say,
    )


def _say(error: Exception) -> None:
    print(f"Google: {type(error).__name__}; trying again ...", file=sys.stderr)
