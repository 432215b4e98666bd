"""Calls to Google that are tried again: only those that do no harm when they are done twice.

Google's own defaults try none of the calls that we make here (google-cloud-dialogflow 2.54, read 2026-11).
"""

import sys

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type

_FIRST_S = 1.0
_LONGEST_S = 20.0
_GIVE_UP_S = 90.0  # the quotas of agent management are counted by the minute


def patient() -> Retry:
    """Return the retry for reading, and for writing that comes to the same when it is done twice."""
    return _retry(exceptions.ServiceUnavailable, exceptions.GatewayTimeout, exceptions.TooManyRequests)


def careful() -> Retry:
    """Return the retry for creating: after an outage nobody knows whether it was done, so only over-use is retried."""
    return _retry(exceptions.TooManyRequests)


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
