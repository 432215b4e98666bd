"""What an answer of the webhook means, in words: Railway's pages, refusals, answers Dialogflow would not take. Pure."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from app.settings import ES_LIMIT_S
from scripts.checkup.exchange import Answer
from scripts.checkup.results import Result, failed, ok, warning
from scripts.dialogflow import checking
from scripts.dialogflow.cx import CxTalk
from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.types import Json, Received

WEBHOOK = "webhook"
"""The subject of these lines."""

_SLOW_S = 3.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_COMPARE = "compare WEBHOOK_USERNAME and WEBHOOK_PASSWORD (or the header) here with the service's variables"
_PAGE_BYTES = 20_000

# What Railway itself answers in place of a service. Documented is the 502 alone ("Application Failed to Respond", read
# 2026-11); the header and the words of the 404 are as many people have quoted them, none of it promised.
_OWN_HEADER = "x-railway-fallback"
_OWN_WORDS = ("application not found", "train has not arrived", "application failed to respond")


def strange(answer: Answer) -> Result | None:
    """Return what an answer is that no webhook of ours gives, None when it may be ours."""
    if answer.status in _REDIRECTS:
        return _redirected(answer)
    if _is_railways_own(answer):
        return _not_served(answer)
    if answer.headers.get("content-type", "").startswith("text/html"):
        said = f"an HTML page came back ({answer.status}), not the webhook's JSON"
        return failed(WEBHOOK, said, "is this the address of the webhook?")
    return None


def _is_railways_own(answer: Answer) -> bool:
    page = answer.body[:_PAGE_BYTES].decode(errors="replace").lower()
    return _OWN_HEADER in answer.headers or any(words in page for words in _OWN_WORDS)


def _not_served(answer: Answer) -> Result:
    """Return why Railway answers itself: 502 when the program is silent, else because it knows none to ask."""
    if answer.status == 502:
        said = "Railway reaches no program behind this address (502)"
        fix = "read the service's deploy log; if it runs: take HOST out, and compare the domain's target port with PORT"
        return failed(WEBHOOK, said, fix)
    said = f"Railway knows no running service at this address ({answer.status})"
    return failed(
        WEBHOOK, said, "compare it with Settings, Networking; is the service deployed, and neither paused nor asleep?"
    )


def _redirected(answer: Answer) -> Result:
    place = _shown(answer.headers.get("location", ""))
    said = f"it redirects ({answer.status}) to {place}, which Dialogflow does not follow"
    return failed(WEBHOOK, said, f"use {place} as the address, here and in the agent")


def _shown(place: str) -> str:
    """Return an address without what may be secret in it."""
    parts = urlsplit(place)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else (parts.path or "nowhere")


def judge(answer: Answer, what: str, talk: EsTalk | CxTalk, fallbacks: Iterable[str] = ()) -> Result:
    """Return what Dialogflow would make of an answer. One of the `fallbacks` in it is the sign of a silent model."""
    refused = strange(answer) or _refused(answer, what)
    if refused:
        return refused
    received = Received(answer.status, answer.headers.get("content-type", ""), answer.body, answer.seconds)
    judgement = checking.judge(received, talk.channel)
    if judgement.answer is None:
        finding = judgement.findings[0]
        said = " ".join(filter(None, (finding.where, finding.message)))
        return failed(WEBHOOK, f"Dialogflow would refuse the {what}: {said}", finding.fix)
    return _heard(judgement.answer, what, talk, fallbacks) or _in_time(answer.seconds, what)


def _heard(body: Json, what: str, talk: EsTalk | CxTalk, fallbacks: Iterable[str]) -> Result | None:
    """Return what is wrong with the words that a person would be shown, None when nothing is."""
    if talk.follow_up(body):
        said = f"the {what} asks Dialogflow to call again: the model was late"
        return warning(WEBHOOK, said, "it is answered in the end; a faster model spares the wait")
    words = " ".join(talk.show(body).texts)
    if not words.strip():
        return failed(WEBHOOK, f"the {what} holds no words", "is another version deployed?")
    if any(line in words for line in fallbacks):
        fix = "`problems` in the log's last turn line says why; ModelTimeout: take a faster model"
        return failed(WEBHOOK, f"the {what} got a fallback line: the model gave no words in time", fix)
    return None


def _refused(answer: Answer, what: str) -> Result | None:
    if answer.status in {401, 403}:
        said = f"the {what} is refused ({answer.status}): the credentials are not those there"
        return failed(WEBHOOK, said, _COMPARE)
    if answer.status in {404, 405}:
        return failed(WEBHOOK, f"there is no webhook at this path ({answer.status})", "its address ends in /webhook")
    if answer.status != 200:
        said = f"the {what} is answered with {answer.status}; Dialogflow takes 200 only"
        return failed(WEBHOOK, said, "look at the server's log for what broke")
    return None


def _in_time(seconds: float, what: str) -> Result:
    said = f"the {what} is answered in {seconds:.1f} s"
    if seconds > ES_LIMIT_S:
        fix = "lower ES_DEADLINE_S, or move the service nearer to Google"
        return failed(WEBHOOK, f"{said}; Dialogflow ES gives up at 5 s", fix)
    if seconds > _SLOW_S:
        return warning(WEBHOOK, f"{said}, near the 5 s of Dialogflow ES", "look at `seconds` in the server's log")
    return ok(WEBHOOK, said)
