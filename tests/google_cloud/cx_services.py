"""Dialogflow CX: Agents, Webhooks, Flows, Sessions (API v3), with one agent in one project."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from google.cloud import dialogflowcx_v3 as cx
from google.longrunning.operations_pb2 import Operation
from google.rpc.status_pb2 import Status

from scripts.agents.cx_agent import timeout_of
from tests.google_cloud.masks import fields_of, updated
from tests.google_cloud.operations import Operations
from tests.google_cloud.refusals import denied, invalid, not_found
from tests.google_cloud.seeds import CX_PARENT, PROJECT, new_cx_agent, new_flows

_V3 = "/google.cloud.dialogflow.cx.v3"
_ANSWER = "A line from the webhook."
_LONGEST_S = 30

Place = cx.EventHandler | cx.TransitionRoute


class CxServices:
    """What the services hold: webhooks by name, the start flow by language, as its texts have one."""

    def __init__(self, operations: Operations) -> None:
        """Begin with a new agent."""
        self._operations = operations
        self.agents = [new_cx_agent()]
        self.webhooks: dict[str, cx.Webhook] = {}
        self.flows = new_flows()
        self.webhook_status = Status()

    def rpcs(self) -> Mapping[str, tuple[Any, Callable[[Any], Any]]]:
        """Return the methods, by full name."""
        return {
            f"{_V3}.Agents/ListAgents": (cx.ListAgentsRequest, self._list_agents),
            f"{_V3}.Agents/ExportAgent": (cx.ExportAgentRequest, self._export),
            f"{_V3}.Agents/RestoreAgent": (cx.RestoreAgentRequest, self._restore),
            f"{_V3}.Webhooks/ListWebhooks": (cx.ListWebhooksRequest, self._list_webhooks),
            f"{_V3}.Webhooks/CreateWebhook": (cx.CreateWebhookRequest, self._create_webhook),
            f"{_V3}.Webhooks/UpdateWebhook": (cx.UpdateWebhookRequest, self._update_webhook),
            f"{_V3}.Flows/GetFlow": (cx.GetFlowRequest, self._get_flow),
            f"{_V3}.Flows/UpdateFlow": (cx.UpdateFlowRequest, self._update_flow),
            f"{_V3}.Sessions/DetectIntent": (cx.DetectIntentRequest, self._detect),
        }

    def place(self, name: str, language: str = "en") -> cx.Fulfillment:
        """Return what an event, or a route of an intent, does."""
        flow = self.flows[language]
        for place in _places(flow):
            if name == (place.event if isinstance(place, cx.EventHandler) else place.intent.rpartition("/")[2]):
                return place.trigger_fulfillment
        raise AssertionError(f"there is no {name}")

    def _there(self, name: str) -> None:
        if not name.startswith(f"projects/{PROJECT}/"):
            raise denied("dialogflow.agents.list", name)
        if "/agents/" in name and not any(f"{name}/".startswith(f"{agent.name}/") for agent in self.agents):
            raise not_found(name)

    def _list_agents(self, request: cx.ListAgentsRequest) -> cx.ListAgentsResponse:
        self._there(f"{request.parent}/")
        return cx.ListAgentsResponse(agents=self.agents if request.parent == CX_PARENT else [])

    def _list_webhooks(self, request: cx.ListWebhooksRequest) -> cx.ListWebhooksResponse:
        self._there(request.parent)
        return cx.ListWebhooksResponse(webhooks=list(self.webhooks.values()))

    def _create_webhook(self, request: cx.CreateWebhookRequest) -> cx.Webhook:
        self._there(request.parent)
        webhook = deepcopy(request.webhook)
        webhook.name = f"{request.parent}/webhooks/{len(self.webhooks) + 1:08d}"
        return self._take(webhook)

    def _update_webhook(self, request: cx.UpdateWebhookRequest) -> cx.Webhook:
        stored = self.webhooks.get(request.webhook.name)
        if stored is None:
            raise not_found(request.webhook.name)
        return self._take(updated(stored, request.webhook, fields_of(stored, request.update_mask)))

    def _take(self, webhook: cx.Webhook) -> cx.Webhook:
        if not webhook.display_name or not webhook.generic_web_service.uri.startswith("https://"):
            raise invalid("A webhook needs a display name and an https URI.")
        if timeout_of(webhook).total_seconds() > _LONGEST_S:
            raise invalid("The webhook's timeout must not exceed 30 seconds.")
        self.webhooks[webhook.name] = webhook
        return webhook

    def _get_flow(self, request: cx.GetFlowRequest) -> cx.Flow:
        self._there(request.name)
        return self.flows[request.language_code or "en"]

    def _update_flow(self, request: cx.UpdateFlowRequest) -> cx.Flow:
        given, spoken = deepcopy(request.flow), request.language_code or "en"
        self._there(given.name)
        self._judge(given)
        paths = fields_of(given, request.update_mask)
        before = self.flows
        self.flows = {language: updated(flow, given, paths) for language, flow in before.items()}
        for language in self.flows.keys() - {spoken}:
            _keep_texts(self.flows[language], before[language])
        return self.flows[spoken]

    def _judge(self, flow: cx.Flow) -> None:
        """Refuse what Google refuses, and give new places a name."""
        for number, place in enumerate(_places(flow)):
            place.name = place.name or f"place-{number}"
            fulfillment = place.trigger_fulfillment
            if fulfillment.webhook and (fulfillment.webhook not in self.webhooks or not fulfillment.tag):
                raise invalid("A fulfillment with a webhook needs one that exists, and a tag.")
            is_error = isinstance(place, cx.EventHandler) and place.event.startswith("webhook.error")
            if fulfillment.webhook and is_error:
                raise invalid("A webhook error handler must not call a webhook.")

    def _export(self, request: cx.ExportAgentRequest) -> Operation:
        self._there(request.name)
        kept = {
            "webhooks": {name: cx.Webhook.to_json(webhook) for name, webhook in self.webhooks.items()},
            "flows": {language: cx.Flow.to_json(flow) for language, flow in self.flows.items()},
        }
        return self._operations.begin(cx.ExportAgentResponse(agent_content=json.dumps(kept).encode()))

    def _restore(self, request: cx.RestoreAgentRequest) -> Operation:
        self._there(request.name)
        kept = json.loads(request.agent_content)
        self.webhooks = {name: cx.Webhook.from_json(webhook) for name, webhook in kept["webhooks"].items()}
        self.flows = {language: cx.Flow.from_json(flow) for language, flow in kept["flows"].items()}
        return self._operations.begin()

    def _detect(self, request: cx.DetectIntentRequest) -> cx.DetectIntentResponse:
        """Answer what matches nothing, through the webhook where it is set; nobody is really called."""
        self._there(request.session)
        place = self.place("sys.no-match-default")
        result = cx.QueryResult(response_messages=place.messages, language_code="en")
        result.match.match_type = cx.Match.MatchType(cx.Match.MatchType.NO_MATCH)
        if place.webhook:
            result.webhook_statuses = [self.webhook_status]
            if self.webhook_status.code == 0:
                result.response_messages.append(cx.ResponseMessage(text=cx.ResponseMessage.Text(text=[_ANSWER])))
        return cx.DetectIntentResponse(query_result=result)


def _keep_texts(flow: cx.Flow, before: cx.Flow) -> None:
    """Give the places of a flow in another language the texts that they had there; new places have none."""
    texts = {_key(place): place.trigger_fulfillment.messages for place in _places(before)}
    for place in _places(flow):
        place.trigger_fulfillment.messages = texts.get(_key(place), [])


def _places(flow: cx.Flow) -> tuple[Place, ...]:
    return (*flow.event_handlers, *flow.transition_routes)


def _key(place: Place) -> str:
    return place.event if isinstance(place, cx.EventHandler) else f"{place.intent} {place.condition}"
