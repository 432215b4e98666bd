"""An agent in a few lines, part by part: what a backup held, and what restoring it would change. Without secrets."""

from collections.abc import Mapping

from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx

from scripts.agents.cx_agent import CxAgent, route_name, view_of
from scripts.agents.es_agent import EsAgent, calls_webhook
from scripts.agents.plan import NONE, Row, words
from scripts.agents.webhook_view import WebhookView

Outline = Mapping[str, str]
"""What there is, by the part's name."""


def outline_es(found: EsAgent) -> Outline:
    """Return an ES agent's fulfillment and intents."""
    return {"fulfillment": _webhook(found.webhook)} | {
        f'intent "{intent.display_name}"': _intent(intent) for intent in found.intents
    }


def outline_cx(found: CxAgent) -> Outline:
    """Return a CX agent's webhooks, and the events and routes of its start flow."""
    webhooks = {f'webhook "{webhook.display_name}"': _webhook(view_of(webhook)) for webhook in found.webhooks}
    names = {webhook.name: webhook.display_name for webhook in found.webhooks}
    flow = found.flow
    handlers = {f"event {handler.event}": _place(handler.trigger_fulfillment, names) for handler in flow.event_handlers}
    routes = {route_name(found, route): _place(route.trigger_fulfillment, names) for route in flow.transition_routes}
    return webhooks | handlers | routes


def differences(now: Outline, then: Outline) -> tuple[Row, ...]:
    """Return what going back from `now` to `then` changes, part by part."""
    parts = dict.fromkeys((*then, *now))
    return tuple(_difference(part, now, then) for part in parts if now.get(part) != then.get(part))


def _difference(part: str, now: Outline, then: Outline) -> Row:
    return Row(part, "goes back", now.get(part, NONE), then.get(part, "removed: the backup does not hold it"))


def _webhook(view: WebhookView) -> str:
    if not view.url:
        return "no webhook"
    timeout = f", {view.timeout_s:g} s" if view.timeout_s else ""
    return f"{view.url} ({'on' if view.is_enabled else 'off'}, {words(view.credentials)}{timeout})"


def _intent(intent: es.Intent) -> str:
    webhook = "calls the webhook" if calls_webhook(intent) else "no webhook call"
    return f"{webhook}, phrases: {len(intent.training_phrases)}, answers: {len(intent.messages)}"


def _place(fulfillment: cx.Fulfillment, names: Mapping[str, str]) -> str:
    texts = sum(len(message.text.text) for message in fulfillment.messages)
    webhook = names.get(fulfillment.webhook, fulfillment.webhook)
    calls = f'calls "{webhook}", tag "{fulfillment.tag}"' if webhook else "no webhook call"
    return f"{calls}, texts: {texts}"
