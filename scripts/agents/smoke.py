"""Saying one sentence to a live agent and looking at who answered: the webhook, in time, or somebody else."""

import re
from dataclasses import dataclass
from time import monotonic
from typing import get_args
from uuid import uuid4

from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx
from google.rpc.status_pb2 import Status

from app.core.types import ReplySource
from scripts.agents.clients import Access
from scripts.agents.errors import CLIENT, google_errors
from scripts.agents.retrying import patient

_TIMEOUT_S = 70.0  # two attempts of a CX webhook with the longest timeout, and a margin
# By what is in Google's words, such as "Webhook call failed. Error: UNAVAILABLE, State: URL_UNREACHABLE, Reason:
# UNREACHABLE_5xx, HTTP status code: 500."; they are documented nowhere, and these are quoted in many reports.
_ADVICE = (
    (r"\b40[13]\b|UNAUTHENTICATED|PERMISSION_DENIED", "the credentials differ: run the set-up again from this .env"),
    (r"\b404\b|NOT_FOUND", "the URL leads nowhere: it ends in /webhook"),
    (r"DEADLINE|TIMEOUT", "the answer came too late: lower ES_DEADLINE_S or CX_DEADLINE_S, and open /readyz"),
    (r"[Pp]arse", "Google cannot read the answer: is it this server's? python -m scripts.simulate says what is wrong"),
    (r"\b5\d\d\b|5xx|UNREACHABLE|UNAVAILABLE", "the server is down or cannot be reached: open /readyz"),
)
_OTHER_ADVICE = "the server's log has a line about the call, if it came there"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came back, after how long. `problem` is empty when the webhook answered.

    `source` is who spoke there, as the webhook says: model, fallback, rule (ES only).
    """

    answer: str
    matched: str
    source: str
    took_ms: int
    problem: str

    def record(self) -> dict[str, str | int | bool | None]:
        """Return it for JSON."""
        return {
            "ok": not self.problem,
            "problem": self.problem or None,
            "answer": self.answer,
            "matched": self.matched,
            "webhook_source": self.source or None,
            "took_ms": self.took_ms,
        }


def try_es(access: Access, text: str, language: str) -> Tried:
    """Say a sentence to the project's ES agent, in a conversation of its own. Raises AgentError."""
    spoken = es.QueryInput(text=es.TextInput(text=text, language_code=language))
    session = f"{access.es_parent}/agent/sessions/{_session_id()}"
    began = monotonic()
    with google_errors(access, "es", CLIENT):
        client = access.client(es.SessionsClient)
        response = client.detect_intent(session=session, query_input=spoken, **patient(_TIMEOUT_S))
    result = response.query_result
    return Tried(
        answer=result.fulfillment_text,
        matched=result.intent.display_name,
        source=result.webhook_source,
        took_ms=_ms_since(began),
        problem=_problem([response.webhook_status] if "webhook_status" in response else [])
        or _odd_source(result.webhook_source),
    )


def try_cx(access: Access, agent: str, text: str, language: str) -> Tried:
    """Say a sentence to a CX agent, named by its path, in a conversation of its own. Raises AgentError."""
    spoken = cx.QueryInput(text=cx.TextInput(text=text), language_code=language)
    request = cx.DetectIntentRequest(session=f"{agent}/sessions/{_session_id()}", query_input=spoken)
    began = monotonic()
    with google_errors(access, "cx", CLIENT):
        client = access.client(cx.SessionsClient)
        result = client.detect_intent(request=request, **patient(_TIMEOUT_S)).query_result
    return Tried(
        answer="\n".join(text for message in result.response_messages for text in message.text.text),
        matched=result.match.intent.display_name or cx.Match.MatchType(result.match.match_type).name,
        source="",
        took_ms=_ms_since(began),
        problem=_problem(list(result.webhook_statuses)),
    )


def _odd_source(source: str) -> str:
    """Return what is wrong with who spoke: ES hands on what app/channels/dialogflow_es.py says of itself."""
    if source == "fallback":
        return "the webhook answered, and its model did not: open /readyz, and look for problems in the server's log"
    if source not in get_args(ReplySource):
        return f'another webhook answered (its source is "{source}"): does the agent\'s URL lead to this server?'
    return ""


def _ms_since(began: float) -> int:
    return round((monotonic() - began) * 1_000)


def _session_id() -> str:
    return f"setup-test-{uuid4().hex[:12]}"


def _problem(statuses: list[Status]) -> str:
    """Return what went wrong with the webhook, with advice; empty when it answered."""
    if not statuses:
        return "the webhook was not called: the agent answered by itself. Set it up, or say something it does not know"
    failed = next((status for status in statuses if status.code), None)
    if failed is None:
        return ""
    said = " ".join(failed.message.split()) or f"code {failed.code}"
    advice = next((advice for pattern, advice in _ADVICE if re.search(pattern, said)), _OTHER_ADVICE)
    return f"the webhook failed ({said}): {advice}"
