"""An ES agent as it is: read whole, looked at for what concerns the webhook. Nothing here writes."""

from dataclasses import dataclass

from google.cloud import dialogflow_v2 as es

from scripts.agents.clients import Access
from scripts.agents.errors import ADMIN, Role, google_errors
from scripts.agents.retrying import patient
from scripts.agents.webhook_view import WebhookView, credentials_of, shown_url

_PAGE = 1_000
WELCOME_EVENT = "WELCOME"
WELCOME_ACTION = "input.welcome"
FALLBACK_ACTION = "input.unknown"


@dataclass(frozen=True, slots=True)
class EsAgent:
    """What Google says of an agent. `intents` are whole, with the phrases and answers of the default language."""

    agent: es.Agent
    fulfillment: es.Fulfillment
    intents: tuple[es.Intent, ...]

    @property
    def name(self) -> str:
        """The agent's path, which Google's names of its parts begin with."""
        return f"{self.agent.parent}/agent"

    @property
    def language(self) -> str:
        """The default language."""
        return self.agent.default_language_code

    @property
    def webhook(self) -> WebhookView:
        """What the agent calls."""
        service = self.fulfillment.generic_web_service
        return WebhookView(
            url=shown_url(service.uri),
            is_enabled=self.fulfillment.enabled,
            credentials=credentials_of(service.username, service.request_headers) or ("id_token",),
            timeout_s=None,
        )

    @property
    def welcomes(self) -> tuple[es.Intent, ...]:
        """The intents that greet: told by event or action, as their names are in the language of who made them."""
        return tuple(intent for intent in self.intents if _stands_open(intent) and _welcomes(intent))

    @property
    def fallbacks(self) -> tuple[es.Intent, ...]:
        """The intents that answer what no other one matches, whatever the conversation is about."""
        return tuple(intent for intent in self.intents if _stands_open(intent) and intent.is_fallback)

    def with_event(self, event: str) -> es.Intent | None:
        """Return the intent that an event calls."""
        return next((intent for intent in self.intents if event in intent.events), None)


def calls_webhook(intent: es.Intent) -> bool:
    """Return whether an intent's answers come from the webhook."""
    return intent.webhook_state != es.Intent.WebhookState.WEBHOOK_STATE_UNSPECIFIED


def read_es(access: Access, role: Role = ADMIN) -> EsAgent:
    """Return the project's ES agent: three calls, each tried again where that may help.

    `role` is what errors about permissions will advise. Raises AgentError, when there is no agent too.
    """
    with google_errors(access, "es", role):
        agent = access.client(es.AgentsClient).get_agent(parent=access.es_parent, **patient())
        name = f"{access.es_parent}/agent"
        fulfillment = access.client(es.FulfillmentsClient).get_fulfillment(name=f"{name}/fulfillment", **patient())
        request = es.ListIntentsRequest(parent=name, intent_view=es.IntentView.INTENT_VIEW_FULL, page_size=_PAGE)
        intents = tuple(access.client(es.IntentsClient).list_intents(request=request, **patient()))
    agent.parent = access.es_parent  # Google may write the project's number there
    return EsAgent(agent, fulfillment, intents)


def _stands_open(intent: es.Intent) -> bool:
    """Return whether the intent needs no context and follows up no other one."""
    return not intent.input_context_names and not intent.parent_followup_intent_name


def _welcomes(intent: es.Intent) -> bool:
    return WELCOME_EVENT in intent.events or intent.action == WELCOME_ACTION
