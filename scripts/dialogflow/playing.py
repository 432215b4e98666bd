"""One query from beginning to end: the call, the second try (CX), the follow-up events (ES), what the person sees."""

import json
import time
import uuid
from dataclasses import replace
from typing import TypeVar

from scripts.dataset.types import Finding
from scripts.dialogflow.checking import judge
from scripts.dialogflow.types import Call, Failed, FollowUp, Outcome, Query, Talk
from scripts.dialogflow.wire import Wire

MAX_FOLLOW_UPS = 3  # no document names the limit; agents in the field were seen to get three
_PASSING = frozenset({500, 502, 503, 504, 429})
_T = TypeVar("_T", bound=Talk)


async def play(talk: _T, query: Query, wire: Wire) -> tuple[Outcome, _T]:
    """Return what became of the query, and the talk after it."""
    calls: list[Call] = []
    current, event = query, ""
    while True:
        talk = talk.hear(current, time.monotonic())
        calls += await _try(talk, current, wire, event)
        answer = calls[-1].answer
        if answer is None or not calls[-1].is_good:
            return _failed(talk, query, tuple(calls)), talk
        talk = talk.heed(answer, time.monotonic())
        wanted = talk.follow_up(answer)
        if wanted is None:
            return _answered(talk, query, tuple(calls)), talk
        if sum(1 for call in calls if call.event) >= MAX_FOLLOW_UPS:
            return _failed(talk, query, (*calls[:-1], _with(calls[-1], _endless(wanted)))), talk
        current, event = _as_query(wanted, query), wanted.event


async def _try(talk: Talk, query: Query, wire: Wire, event: str) -> list[Call]:
    """Return the calls that one request took; a passing failure is tried again where the edition does so."""
    request = talk.request(query, f"{uuid.uuid4()}")
    body = json.dumps(request, ensure_ascii=False).encode()
    calls: list[Call] = []
    for attempt in range(1, talk.attempts + 1):
        call, is_transient = await _call(talk, body, wire)
        calls.append(replace(call, request=request, event=event, attempt=attempt))
        if not is_transient:
            break
    return calls


async def _call(talk: Talk, body: bytes, wire: Wire) -> tuple[Call, bool]:
    """Return one call, and whether its failure may pass."""
    received = await wire.post(body)
    if isinstance(received, Failed):
        return Call(received.seconds, {}, findings=(received.finding,)), received.is_transient
    judgement = judge(received, talk.channel)
    findings = judgement.findings
    if judgement.answer is not None:
        findings += talk.problems(judgement.answer)
    call = Call(
        seconds=received.seconds,
        request={},
        status=received.status,
        size=len(received.body),
        answer=judgement.answer,
        findings=findings,
    )
    return call, received.status in _PASSING


def _as_query(wanted: FollowUp, query: Query) -> Query:
    """Return the event as the query that Dialogflow makes of it; languageCode of the event is ignored."""
    return Query("event", wanted.event, wanted.parameters, language=query.language)


def _answered(talk: Talk, query: Query, calls: tuple[Call, ...]) -> Outcome:
    answer = calls[-1].answer or {}
    return Outcome(
        query,
        calls,
        talk.show(answer),
        is_own=True,
        is_end=talk.is_end(answer),
        source=str(answer.get("source", "")),
        findings=tuple(finding for call in calls for finding in _after_all(call)),
    )


def _after_all(call: Call) -> tuple[Finding, ...]:
    """Return a call's findings; where the turn ended well, a failure that the second try mended is a warning."""
    return tuple(replace(finding, severity="warning") for finding in call.findings)


def _failed(talk: Talk, query: Query, calls: tuple[Call, ...]) -> Outcome:
    findings = tuple(finding for call in calls for finding in call.findings)
    return Outcome(query, calls, talk.show_failure(findings[-1]), is_own=False, findings=findings)


def _with(call: Call, finding: Finding) -> Call:
    return replace(call, findings=(*call.findings, finding))


def _endless(wanted: FollowUp) -> Finding:
    message = f'after {MAX_FOLLOW_UPS} follow-up events the answer asks for another, "{wanted.event}"; none is made'
    return Finding("error", "endless_follow_up", "followupEventInput", message, "answer the third event with words")
