"""Dialogflow ES, API v2, as a webhook sees it: requests, contexts that count down, follow-up events.

"Webhook service", "Contexts" and the v2 reference of WebhookRequest and WebhookResponse, read 2026-11.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from scripts.dataset.types import Finding
from scripts.dialogflow.origins import context_parameters, event_name, original_request
from scripts.dialogflow.showing import show_es
from scripts.dialogflow.types import FollowUp, Json, Query, Setting, Shown

LIMIT_S = 5.0  # not configurable ("Webhook service", read 2026-11)

_PROJECT = "projects/simulated/agent"
_CONTEXT_S = 20 * 60  # contexts expire after 20 minutes, whatever turns they have left
_INTEGRATION_TURNS = 5
_COUNTERS = "__system_counters__"
_CONTEXT_ID = re.compile(r"[A-Za-z0-9_%-]{1,250}")
_STATIC_WORDS = "I missed that. Could you put it another way?"
_STATIC_GREETING = "Hello! How can I help?"


@dataclass(frozen=True, slots=True)
class Context:
    """An active context: how many more turns it lives, 0 for one that this turn is the last of."""

    name: str
    turns: int
    set_at: float
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EsTalk:
    """A conversation with an ES agent that has the two default intents, both calling the webhook."""

    setting: Setting
    contexts: tuple[Context, ...] = ()
    misses: int = 0
    greets: bool = False

    @property
    def channel(self) -> Literal["es"]:
        """The edition."""
        return "es"

    @property
    def attempts(self) -> int:
        """One: no document speaks of a second try by ES."""
        return 1

    @property
    def _session(self) -> str:
        return f"{_PROJECT}/sessions/{self.setting.session}"

    def hear(self, query: Query, now: float) -> "EsTalk":
        """Count contexts down, forget those that are over, and add those that come with this query."""
        alive = (context for context in self.contexts if context.turns > 0 and now - context.set_at < _CONTEXT_S)
        older = tuple(replace(context, turns=context.turns - 1) for context in alive)
        is_miss = query.kind == "text" and not (query.intent or self.setting.intent)
        misses = self.misses + 1 if is_miss else 0
        greets = query.kind == "event" and "WELCOME" in query.value
        return replace(self, contexts=_merged(older, self._fresh(query, misses, now)), misses=misses, greets=greets)

    def _fresh(self, query: Query, misses: int, now: float) -> tuple[Context, ...]:
        """Return the contexts that Dialogflow itself sets: the integration's, the event's, the counters."""
        fresh = []
        added = context_parameters(self.setting)
        if added:
            fresh.append(Context(added[0], _INTEGRATION_TURNS - 1, now, added[1]))
        if query.kind == "event":
            name = event_name(query.value, self.setting.origin).lower()
            fresh.append(Context(name, 0, now, query.parameters))
        if misses:
            fresh.append(Context(_COUNTERS, 1, now, {"no-input": 0.0, "no-match": float(misses)}))
        return tuple(fresh)

    def request(self, query: Query, turn_id: str) -> Json:
        """Return a v2 WebhookRequest; the words of an event are its name."""
        is_event = query.kind == "event"
        text = event_name(query.value, self.setting.origin) if is_event else query.value
        words = self._static_words()
        result = {
            "queryText": text,
            **self._matched(query),
            "parameters": dict(self.setting.parameters) | ({} if is_event else dict(query.parameters)),
            "allRequiredParamsPresent": True,
            "fulfillmentText": words,
            "fulfillmentMessages": [{"text": {"text": [words]}}],
            "outputContexts": [self._as_json(context) for context in self.contexts],
            "intentDetectionConfidence": 1.0,
            "languageCode": query.language or self.setting.language,
        }
        original = original_request(self.setting, text)
        return {
            "responseId": turn_id,
            "queryResult": result,
            "originalDetectIntentRequest": original,
            "session": self._session,
        }

    def _matched(self, query: Query) -> Json:
        """Return the matched intent and its action: named by the query or the setting, else one of the defaults."""
        name = query.intent or ("" if query.kind == "event" else self.setting.intent)
        action = ""
        if not name:
            name, action = ("Default Fallback Intent", "input.unknown")
            if query.kind == "event":
                name, action = ("Default Welcome Intent", "input.welcome") if self.greets else (query.value, "")
        intent = {"name": f"{_PROJECT}/intents/{name.lower().replace(' ', '-')}", "displayName": name}
        return {"action": action, "intent": {**intent, "isFallback": True} if action == "input.unknown" else intent}

    def _as_json(self, context: Context) -> Json:
        shown: Json = {"name": f"{self._session}/contexts/{context.name}"}
        if context.turns:
            shown["lifespanCount"] = context.turns
        return {**shown, "parameters": dict(context.parameters)} if context.parameters else shown

    def heed(self, answer: Json, now: float) -> "EsTalk":
        """Let returned contexts take the place of those of the same name; a lifespan of 0, the default, ends one."""
        returned = tuple(
            Context(
                name=str(context.get("name", "")).rpartition("/contexts/")[2].lower(),
                turns=int(context.get("lifespanCount", 0)),
                set_at=now,
                parameters=context.get("parameters", {}),
            )
            for context in answer.get("outputContexts", ())
        )
        return replace(self, contexts=_merged(self.contexts, returned))

    def follow_up(self, answer: Json) -> FollowUp | None:
        """Return the event that followupEventInput names; everything else in that answer but contexts is ignored."""
        wanted = answer.get("followupEventInput") or {}
        return FollowUp(wanted["name"], wanted.get("parameters", {})) if wanted.get("name") else None

    def show(self, answer: Json) -> Shown:
        """Return what the integration makes of the answer."""
        return show_es(answer, self.setting.origin)

    def show_failure(self, finding: Finding) -> Shown:
        """Return the words that the intent itself holds, which ES shows when the webhook fails."""
        return Shown(texts=(self._static_words(),))

    def _static_words(self) -> str:
        return _STATIC_GREETING if self.greets else _STATIC_WORDS

    def is_end(self, answer: Json) -> bool:
        """Return whether the Assistant hangs up; a v2 answer ends nothing elsewhere, there the agent's intent does."""
        google = answer.get("payload", {}).get("google", {})
        return self.setting.origin == "google" and google.get("expectUserResponse") is False

    def problems(self, answer: Json) -> tuple[Finding, ...]:
        """Return what is wrong with contexts, and with an answer that says nothing where it will be shown."""
        found = [finding for context in answer.get("outputContexts", ()) for finding in self._context_problems(context)]
        if self.follow_up(answer) is None and not self.show(answer).texts:
            found.append(_NO_WORDS)
        return tuple(found)

    def _context_problems(self, context: Json) -> list[Finding]:
        name = str(context.get("name", ""))
        session, _, short = name.rpartition("/contexts/")
        if session != self._session:
            message = f'the context "{name}" is not of this session'
            return [Finding("error", "foreign_context", "outputContexts", message, "begin its name with `session`")]
        if short.startswith("__") or not _CONTEXT_ID.fullmatch(short):
            message = f'the context id "{short}" is not allowed'
            fix = "use letters, digits, - and _, at most 250, and no __ in front"
            return [Finding("error", "context_name", "outputContexts", message, fix)]
        return []


_NO_WORDS = Finding(
    "error",
    "no_words",
    "fulfillmentMessages",
    "the answer holds no words for this channel, so Dialogflow shows the intent's own response",
    "send fulfillmentText and fulfillmentMessages with a text; messages for one platform hide those without one",
)


def _merged(older: tuple[Context, ...], newer: tuple[Context, ...]) -> tuple[Context, ...]:
    """Return both, the newer in place of an older one of the same name."""
    return tuple({context.name: context for context in (*older, *newer)}.values())
