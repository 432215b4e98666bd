"""Dialogflow CX, API v3, as a webhook sees it: tags, session parameters, pages, and its errors as events.

"Webhooks", "Handlers" (built-in events) and the v3 reference of WebhookRequest and WebhookResponse, read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from scripts.dataset.types import Finding
from scripts.dialogflow.showing import show_cx
from scripts.dialogflow.types import FollowUp, Json, Query, Setting, Shown

_AGENT = "projects/simulated/locations/global/agents/00000000-0000-0000-0000-00000000a9e7"
_FLOW = f"{_AGENT}/flows/00000000-0000-0000-0000-000000000000"
_START = f"{_FLOW}/pages/START_PAGE"
_ENDS = ("/pages/END_SESSION", "/flows/END_SESSION")
_ERROR_EVENTS = {
    "timeout": "webhook.error.timeout",
    "http_400": "webhook.error.bad-request",
    "http_401": "webhook.error.rejected",
    "http_403": "webhook.error.rejected",
    "http_404": "webhook.error.not-found",
    "unreachable": "webhook.error.not-found",  # Google's words for it: the URL was unreachable
    "unknown_host": "webhook.error.not-found",
    "http_503": "webhook.error.unavailable",
}


@dataclass(frozen=True, slots=True)
class CxTalk:
    """A conversation with a CX agent: no-match, no-input and welcome of its start page call the webhook.

    `parameters` are the session's; None until the first query, which begins with those of the setting.
    """

    setting: Setting
    parameters: Mapping[str, Any] | None = None
    page: str = _START

    @property
    def channel(self) -> Literal["cx"]:
        """The edition."""
        return "cx"

    @property
    def attempts(self) -> int:
        """Two: CX tries once more after a timeout or another passing failure, each time with the whole timeout."""
        return 2

    def hear(self, query: Query, now: float) -> "CxTalk":
        """Add the query's parameters to those of the session."""
        known = self.setting.parameters if self.parameters is None else self.parameters
        return replace(self, parameters={**known, **query.parameters})

    def request(self, query: Query, turn_id: str) -> Json:
        """Return a v3 WebhookRequest; a second try carries the same detectIntentResponseId."""
        request: Json = {
            "detectIntentResponseId": turn_id,
            "fulfillmentInfo": {"tag": self._tag(query)},
            "pageInfo": {"currentPage": self.page, "displayName": "Start Page"},
            "sessionInfo": {"session": f"{_AGENT}/sessions/{self.setting.session}"},
            "messages": [],
            "languageCode": query.language or self.setting.language,
            **self._asked(query),
        }
        if self.parameters:
            request["sessionInfo"]["parameters"] = dict(self.parameters)
        if self.setting.origin == "telephony":
            request["payload"] = {"telephony": {"caller_id": self.setting.caller}}
        return request

    def _asked(self, query: Query) -> Json:
        """Return the one of CX's kinds of query that this is, and the intent where one matched."""
        if query.kind == "keys":
            return {"dtmfDigits": query.value}
        if query.kind == "text":
            said = {"transcript" if self.setting.origin == "telephony" else "text": query.value}
            name = query.intent or self.setting.intent
            return {**said, "intentInfo": _intent(name)} if name else said
        event = {"triggerEvent": query.value}
        return {**event, "intentInfo": _intent("Default Welcome Intent")} if "WELCOME" in query.value else event

    def _tag(self, query: Query) -> str:
        """Return the tag of the route that would fire, named as the README has it: joy, joy.welcome, joy.no-input."""
        happening = ""
        if query.kind == "event":
            happening = ".welcome" if "WELCOME" in query.value else ""
            happening = ".no-input" if query.value.startswith("sys.no-input") else happening
        return query.tag or f"{self.setting.tag}{happening}"

    def heed(self, answer: Json, now: float) -> "CxTalk":
        """Take over session parameters, null deleting one, and go to the page that the answer names."""
        merged = {**(self.parameters or {}), **answer.get("sessionInfo", {}).get("parameters", {})}
        kept = {name: value for name, value in merged.items() if value is not None}
        return replace(self, parameters=kept, page=answer.get("targetPage") or self.page)

    def follow_up(self, answer: Json) -> FollowUp | None:
        """Return None: CX has transitions in place of follow-up events."""
        return None

    def show(self, answer: Json) -> Shown:
        """Return the answer's messages as they are shown."""
        return show_cx(answer, self.setting.origin)

    def show_failure(self, finding: Finding) -> Shown:
        """Return the event that CX raises; the agent's handler for it has the words, and nobody here knows them."""
        event = _ERROR_EVENTS.get(finding.check, "webhook.error")
        return Shown(rows=(f"what the agent's handler for {event} says",))

    def is_end(self, answer: Json) -> bool:
        """Return whether the answer goes to the page END_SESSION."""
        return str(answer.get("targetPage", "")).endswith(_ENDS)

    def problems(self, answer: Json) -> tuple[Finding, ...]:
        """Return whether the answer says nothing; CX allows that, a person hardly does."""
        shown = self.show(answer)
        return () if shown.texts or shown.rows or self.is_end(answer) else (_NO_WORDS,)


def _intent(name: str) -> Json:
    path = f"{_AGENT}/intents/{name.lower().replace(' ', '-')}"
    return {"lastMatchedIntent": path, "displayName": name, "confidence": 1.0}


_NO_WORDS = Finding(
    "warning",
    "no_words",
    "fulfillmentResponse.messages",
    "the answer holds no words, so the person sees only what the page itself says",
    "send fulfillmentResponse with a text message, unless the page speaks for itself",
)
