"""Dialogflow ES: Agents, Fulfillments, Intents, Sessions (API v2), with one agent in one project."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import grpc
from google.cloud import dialogflow_v2 as es
from google.longrunning.operations_pb2 import Operation
from google.rpc.status_pb2 import Status

from tests.google_cloud.masks import fields_of, updated
from tests.google_cloud.operations import Operations
from tests.google_cloud.refusals import Refusal, denied, invalid, not_found
from tests.google_cloud.seeds import ES_PARENT, PROJECT, new_es_agent, new_fulfillment, new_intents

_BY_LANGUAGE = {"training_phrases", "messages"}
_V2 = "/google.cloud.dialogflow.v2"
_ANSWER = "A line from the webhook."


class EsServices:
    """What the services hold: intents by name, and in there by language, as phrases and answers have one."""

    def __init__(self, operations: Operations) -> None:
        """Begin with a new agent."""
        self._operations = operations
        self.agent: es.Agent | None = new_es_agent()
        self.fulfillment = new_fulfillment()
        self.intents = new_intents()
        self.webhook_status = Status(message="Webhook execution successful")

    def rpcs(self) -> Mapping[str, tuple[Any, Callable[[Any], Any]]]:
        """Return the methods, by full name."""
        return {
            f"{_V2}.Agents/GetAgent": (es.GetAgentRequest, self._get_agent),
            f"{_V2}.Agents/ExportAgent": (es.ExportAgentRequest, self._export),
            f"{_V2}.Agents/RestoreAgent": (es.RestoreAgentRequest, self._restore),
            f"{_V2}.Fulfillments/GetFulfillment": (es.GetFulfillmentRequest, self._get_fulfillment),
            f"{_V2}.Fulfillments/UpdateFulfillment": (es.UpdateFulfillmentRequest, self._update_fulfillment),
            f"{_V2}.Intents/ListIntents": (es.ListIntentsRequest, self._list_intents),
            f"{_V2}.Intents/CreateIntent": (es.CreateIntentRequest, self._create_intent),
            f"{_V2}.Intents/UpdateIntent": (es.UpdateIntentRequest, self._update_intent),
            f"{_V2}.Sessions/DetectIntent": (es.DetectIntentRequest, self._detect),
        }

    def intent(self, display_name: str, language: str = "") -> es.Intent:
        """Return an intent by the name that people gave it."""
        found = (by[language or self._language] for by in self.intents.values())
        return next(intent for intent in found if intent.display_name == display_name)

    def _there(self, name: str) -> es.Agent:
        """Return the agent that a name is under."""
        if not name.startswith(f"projects/{PROJECT}"):
            raise denied("dialogflow.agents.get", name)
        if self.agent is None or not f"{name}/".startswith(f"{ES_PARENT}/") or "/locations/" in name:
            raise not_found(name)
        return self.agent

    @property
    def _language(self) -> str:
        return self.agent.default_language_code if self.agent else ""

    def _get_agent(self, request: es.GetAgentRequest) -> es.Agent:
        return self._there(request.parent)

    def _get_fulfillment(self, request: es.GetFulfillmentRequest) -> es.Fulfillment:
        self._there(request.name)
        return self.fulfillment

    def _update_fulfillment(self, request: es.UpdateFulfillmentRequest) -> es.Fulfillment:
        given = request.fulfillment
        self._there(given.name)
        if not request.update_mask.paths:
            raise invalid("update_mask is required")
        if not given.generic_web_service.uri.startswith("https://"):
            raise invalid("The webhook's URI must be https.")
        self.fulfillment = updated(self.fulfillment, given, fields_of(given, request.update_mask))
        return self.fulfillment

    def _list_intents(self, request: es.ListIntentsRequest) -> es.ListIntentsResponse:
        self._there(request.parent)
        found = [deepcopy(by[request.language_code or self._language]) for by in self.intents.values()]
        if request.intent_view != es.IntentView.INTENT_VIEW_FULL:
            for intent in found:
                intent.training_phrases = []
        begin = int(request.page_token or 0)
        end = begin + min(request.page_size or 100, 2)  # small pages, so that whoever reads one alone is found out
        return es.ListIntentsResponse(intents=found[begin:end], next_page_token=str(end) if end < len(found) else "")

    def _create_intent(self, request: es.CreateIntentRequest) -> es.Intent:
        agent = self._there(request.parent)
        intent = deepcopy(request.intent)
        if any(by[self._language].display_name == intent.display_name for by in self.intents.values()):
            raise Refusal(grpc.StatusCode.ALREADY_EXISTS, f"Intent '{intent.display_name}' already exists.")
        intent.name = f"{request.parent}/intents/{len(self.intents) + 1:08d}"
        bare = updated(intent, es.Intent(), _BY_LANGUAGE)
        self.intents[intent.name] = {
            language: deepcopy(intent if language == (request.language_code or self._language) else bare)
            for language in (agent.default_language_code, *agent.supported_language_codes)
        }
        return intent

    def _update_intent(self, request: es.UpdateIntentRequest) -> es.Intent:
        given, spoken = request.intent, request.language_code or self._language
        self._there(given.name)
        if given.name not in self.intents:
            raise not_found(given.name)
        paths = fields_of(given, request.update_mask)
        for language, stored in self.intents[given.name].items():
            here = [path for path in paths if language == spoken or path not in _BY_LANGUAGE]
            self.intents[given.name][language] = updated(stored, given, here)
        return self.intents[given.name][spoken]

    def _export(self, request: es.ExportAgentRequest) -> Operation:
        self._there(request.parent)
        kept = {
            "fulfillment": es.Fulfillment.to_json(self.fulfillment),
            "intents": {
                name: {language: es.Intent.to_json(intent) for language, intent in by.items()}
                for name, by in self.intents.items()
            },
        }
        return self._operations.begin(es.ExportAgentResponse(agent_content=json.dumps(kept).encode()))

    def _restore(self, request: es.RestoreAgentRequest) -> Operation:
        self._there(request.parent)
        kept = json.loads(request.agent_content)
        self.fulfillment = es.Fulfillment.from_json(kept["fulfillment"])
        self.intents = {
            name: {language: es.Intent.from_json(intent) for language, intent in by.items()}
            for name, by in kept["intents"].items()
        }
        return self._operations.begin()

    def _detect(self, request: es.DetectIntentRequest) -> es.DetectIntentResponse:
        """Answer by the fallback intent, through the webhook where it is on; nobody is really called."""
        self._there(request.session)
        intents = [by[self._language] for by in self.intents.values()]
        intent = next(intent for intent in intents if intent.is_fallback and not intent.parent_followup_intent_name)
        result = es.QueryResult(query_text=request.query_input.text.text, intent=es.Intent(name=intent.name))
        result.intent.display_name = intent.display_name
        if not (self.fulfillment.enabled and intent.webhook_state):
            result.fulfillment_text = intent.messages[0].text.text[0]
            return es.DetectIntentResponse(query_result=result)
        if self.webhook_status.code == 0:
            result.fulfillment_text = _ANSWER
            result.webhook_source = "webhook"
        return es.DetectIntentResponse(query_result=result, webhook_status=self.webhook_status)
