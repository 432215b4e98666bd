"""What an ES agent lacks to be answered by our webhook. Pure: the difference between what is and what is wished."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from google.cloud import dialogflow_v2 as es

from app.channels.dialogflow_es import FOLLOW_UP_EVENTS
from scripts.agents.es_agent import FALLBACK_ACTION, WELCOME_ACTION, WELCOME_EVENT, EsAgent, calls_webhook
from scripts.agents.plan import NONE, Plan, Row, Step, steps_of, words
from scripts.agents.web_service import point
from scripts.agents.wish import Wish

_ON = es.Intent.WebhookState(es.Intent.WebhookState.WEBHOOK_STATE_ENABLED)
_FOLLOW_UPS = (
    "Set FOLLOW_UP_EVENTS=true where the server runs: then a late answer is fetched by the new intents, "
    "up to three times."
)
_OLD_API = "The agent speaks API V1, which the webhook cannot read: choose V2 in the agent's settings."


def plan_es(found: EsAgent, wish: Wish) -> Plan:
    """Return the writes that connect the agent to the webhook, none when it is connected.

    Intents are told by what they are. No phrase, answer, parameter or context of anybody's is touched: the one thing
    that is ever added to an intent with words of its own is quick replies, where its welcome has none.
    """
    steps = (_fulfillment(found, wish), *_welcomes(found, wish), *_fallbacks(found, wish), *_follow_ups(found, wish))
    return Plan(steps_of(*steps), tuple(_notes(found, wish)))


def _fulfillment(found: EsAgent, wish: Wish) -> Step:
    new = deepcopy(found.fulfillment)
    new.name = new.name or f"{found.name}/fulfillment"
    rows = [*point(new.generic_web_service, wish, "fulfillment")]
    if not new.enabled:
        new.enabled = True
        rows.append(Row("fulfillment", "webhook", "off", "on"))
    return Step(tuple(rows), new, ("enabled", "generic_web_service"))


def _welcomes(found: EsAgent, wish: Wish) -> Iterator[Step]:
    chips = wish.own_lines(wish.persona.suggestions, found.language)
    for intent in found.welcomes:
        yield _welcome(intent, chips, found.language)
    if not found.welcomes:
        yield _new(
            es.Intent(display_name="Default Welcome Intent", events=[WELCOME_EVENT], action=WELCOME_ACTION),
            wish.persona.lines(wish.persona.greeting, found.language),
            found.language,
            chips,
        )


def _welcome(intent: es.Intent, chips: tuple[str, ...], language: str) -> Step:
    step = _calling(intent, language)
    if not chips or any(_has_chips(message) for message in intent.messages):
        return step
    new = deepcopy(step.part)
    new.messages.append(_chips_message(chips))
    row = Row(_title(intent), "quick replies", NONE, words(chips))
    return Step((*step.rows, row), new, (*step.mask, "messages"), language)


def _fallbacks(found: EsAgent, wish: Wish) -> Iterator[Step]:
    for intent in found.fallbacks:
        yield _calling(intent, found.language)
    if not found.fallbacks:
        new = es.Intent(display_name="Default Fallback Intent", is_fallback=True, action=FALLBACK_ACTION)
        yield _new(new, wish.persona.lines(wish.persona.fallback, found.language), found.language)


def _follow_ups(found: EsAgent, wish: Wish) -> Iterator[Step]:
    """Yield an intent for each event with which the server asks ES to call again for a late answer."""
    for event in FOLLOW_UP_EVENTS:
        intent = found.with_event(event)
        if intent is not None:
            yield _calling(intent, found.language)
        else:
            lines = wish.persona.lines(wish.persona.fallback, found.language)
            yield _new(es.Intent(display_name=event, events=[event]), lines, found.language)


def _calling(intent: es.Intent, language: str) -> Step:
    """Return the step that makes an intent call the webhook, without rows when it does."""
    new = deepcopy(intent)
    if calls_webhook(intent):
        return Step((), new, (), language)
    new.webhook_state = _ON
    return Step((Row(_title(intent), "webhook call", "off", "on"),), new, ("webhook_state",), language)


def _new(intent: es.Intent, lines: Iterable[str], language: str, chips: tuple[str, ...] = ()) -> Step:
    """Return the step that adds an intent; its own lines are what people see when the webhook fails."""
    intent.webhook_state = _ON
    intent.messages.append(es.Intent.Message(text=es.Intent.Message.Text(text=list(lines))))
    if chips:
        intent.messages.append(_chips_message(chips))
    return Step((Row(_title(intent), "intent", NONE, "new, calls the webhook"),), intent, (), language)


def _chips_message(suggestions: Iterable[str]) -> es.Intent.Message:
    """Return quick replies for Dialogflow Messenger; other integrations pass over this payload."""
    options = [{"text": suggestion} for suggestion in suggestions]
    return es.Intent.Message(payload={"richContent": [[{"type": "chips", "options": options}]]})


def _has_chips(message: es.Intent.Message) -> bool:
    if "quick_replies" in message:
        return True
    payload: Any = message.payload if "payload" in message else {}
    blocks = payload.get("richContent", ())
    return any(part.get("type") == "chips" for block in blocks for part in block)


def _title(intent: es.Intent) -> str:
    return f'intent "{intent.display_name}"'


def _notes(found: EsAgent, wish: Wish) -> Iterator[str]:
    if any(found.with_event(event) is None for event in FOLLOW_UP_EVENTS):
        yield _FOLLOW_UPS
    if found.agent.api_version == es.Agent.ApiVersion.API_VERSION_V1:
        yield _OLD_API
    if wish.persona.id != wish.default_persona:
        yield f"ES names no persona: set DEFAULT_PERSONA={wish.persona.id} where the server runs."
