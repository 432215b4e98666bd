"""What a CX agent lacks to be answered by our webhook. Pure: the difference between what is and what is wished.

The webhook answers what nothing else matches, silence, and the welcome, each with the tag that names persona and
happening. It never stands on a webhook-error handler, which would loop ("EventHandler", read 2026-11).
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

from google.cloud import dialogflowcx_v3 as cx

from scripts.agents.cx_agent import CxAgent, service_of, timeout_of
from scripts.agents.cx_flow_plan import plan_flow
from scripts.agents.plan import NONE, Plan, Row, Step, steps_of
from scripts.agents.web_service import point
from scripts.agents.wish import Basic, IdToken, Wish

WEBHOOK_NAME = "Persona webhook"

_AUTH = cx.Webhook.GenericWebService.ServiceAgentAuth


def plan_cx(found: CxAgent, wish: Wish) -> Plan:
    """Return the writes that connect the agent to the webhook, none when it is connected.

    While the webhook is new its path is not known: read and plan again after each write. The texts of the three
    places are taken out, in every language, because CX would say them before each answer of the webhook's.
    """
    webhook = _webhook(found, wish)
    path = webhook.part.name or f"{found.name}/webhooks/-"
    flows = (plan_flow(found, language, path, wish) for language in found.flows)
    return Plan(steps_of(webhook, *flows), tuple(_notes(found, wish)))


def _webhook(found: CxAgent, wish: Wish) -> Step:
    there = _ours(found, wish)
    new = deepcopy(there) if there else cx.Webhook(display_name=WEBHOOK_NAME)
    target = f'webhook "{new.display_name}"'
    rows = [*_timeout(new, wish, target), *_service(new, wish, target)]
    if new.disabled:
        new.disabled = False
        rows.append(Row(target, "webhook", "off", "on"))
    service = "service_directory" if "service_directory" in new else "generic_web_service"
    return Step(tuple(rows), new, ("timeout", "disabled", service) if there else ())


def _ours(found: CxAgent, wish: Wish) -> cx.Webhook | None:
    """Return the webhook that leads here; else the one that we made, when the server has moved."""
    here = (webhook for webhook in found.webhooks if service_of(webhook).uri == wish.url)
    named = (webhook for webhook in found.webhooks if webhook.display_name == WEBHOOK_NAME)
    return next(here, None) or next(named, None)


def _timeout(webhook: cx.Webhook, wish: Wish, target: str) -> Iterator[Row]:
    there = timeout_of(webhook).total_seconds()
    if there != wish.timeout_s:
        yield Row(target, "timeout", f"{there:g} s" if there else "Google's own", f"{wish.timeout_s:g} s")
        wanted: Any = timedelta(seconds=wish.timeout_s)
        webhook.timeout = wanted


def _service(webhook: cx.Webhook, wish: Wish, target: str) -> Iterator[Row]:
    service = service_of(webhook)
    yield from point(service, wish, target)
    if isinstance(wish.credentials, IdToken) and service.service_agent_auth != _AUTH.ID_TOKEN:
        yield Row(target, "service agent", _auth_name(service.service_agent_auth), "sends an ID token")
        service.service_agent_auth = _AUTH(_AUTH.ID_TOKEN)
    if isinstance(wish.credentials, Basic) and service.service_agent_auth in {_AUTH.ID_TOKEN, _AUTH.ACCESS_TOKEN}:
        yield Row(target, "service agent", _auth_name(service.service_agent_auth), "sends the password")
        service.service_agent_auth = _AUTH(_AUTH.NONE)


def _auth_name(auth: int) -> str:
    return {_AUTH.ID_TOKEN: "sends an ID token", _AUTH.ACCESS_TOKEN: "sends an access token"}.get(_AUTH(auth), NONE)


def _notes(found: CxAgent, wish: Wish) -> Iterator[str]:
    if any(handler.trigger_fulfillment.enable_generative_fallback for handler in found.flow.event_handlers):
        yield "Generative fallback is on in an event handler: Google's model may answer there before the webhook."
    if isinstance(wish.credentials, IdToken):
        yield (
            "The token is made out to an audience that Google does not document for hosts outside its cloud. If the "
            "server's log says that a token is for another one, set WEBHOOK_ID_TOKEN_AUDIENCE to it."
        )
