"""A CX agent as it is: itself, its webhooks, its start flow in every language. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.cloud import dialogflowcx_v3 as cx

from scripts.agents.clients import Access, AgentError
from scripts.agents.errors import ADMIN, Role, google_errors
from scripts.agents.retrying import patient
from scripts.agents.webhook_view import Credential, WebhookView, credentials_of, shown_url

# Every CX agent is made with these ("Agents", read 2026-11): the id tells them whatever they are called.
_WELCOME_INTENT_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class CxAgent:
    """What Google says of an agent. `flows` holds the start flow by language, the default one first."""

    agent: cx.Agent
    webhooks: tuple[cx.Webhook, ...]
    flows: Mapping[str, cx.Flow]

    @property
    def name(self) -> str:
        """The agent's path, which Google's names of its parts begin with."""
        return self.agent.name

    @property
    def flow(self) -> cx.Flow:
        """The start flow in the default language."""
        return self.flows[self.agent.default_language_code]

    @property
    def welcome_intent(self) -> str:
        """The path of the welcome intent that agents are made with."""
        return f"{self.name}/intents/{_WELCOME_INTENT_ID}"


def view_of(webhook: cx.Webhook) -> WebhookView:
    """Return what a webhook is, without secrets."""
    service = service_of(webhook)
    return WebhookView(
        url=shown_url(service.uri),
        is_enabled=not webhook.disabled,
        credentials=_credentials(service),
        timeout_s=timeout_of(webhook).total_seconds() or 5.0,  # absent means 5 s ("Webhook", read 2026-11)
    )


def service_of(webhook: cx.Webhook) -> cx.Webhook.GenericWebService:
    """Return where a webhook leads, directly or through Service Directory."""
    if "service_directory" in webhook:
        return webhook.service_directory.generic_web_service
    return webhook.generic_web_service


def timeout_of(webhook: cx.Webhook) -> timedelta:
    """Return how long Dialogflow waits, zero when nothing is said: proto-plus gives a timedelta, unlike its types."""
    given: Any = webhook.timeout
    timeout: timedelta = given or timedelta()
    return timeout


def read_cx(access: Access, agent: str, role: Role = ADMIN) -> CxAgent:
    """Return the CX agent with an id, a path or a display name.

    `role` is what errors about permissions will advise. Raises AgentError, naming the agents there are, when none is
    called so or several are.
    """
    with google_errors(access, "cx", role):
        found = _agent(access, agent)
        webhooks = tuple(access.client(cx.WebhooksClient).list_webhooks(parent=found.name, **patient()))
        if not found.start_flow:
            raise AgentError(f"agent {found.display_name} begins with a playbook, not with a flow: nothing to set up")
        client = access.client(cx.FlowsClient)
        languages = (found.default_language_code, *found.supported_language_codes)
        requests = {code: cx.GetFlowRequest(name=found.start_flow, language_code=code) for code in languages}
        flows = {code: client.get_flow(request=request, **patient()) for code, request in requests.items()}
    return CxAgent(found, webhooks, flows)


def _agent(access: Access, wanted: str) -> cx.Agent:
    agents = tuple(access.client(cx.AgentsClient).list_agents(parent=access.cx_parent, **patient()))
    wanted_id = wanted.rpartition("/")[2]
    found = [agent for agent in agents if wanted_id == agent.name.rpartition("/")[2]]
    found = found or [agent for agent in agents if agent.display_name == wanted]
    if len(found) == 1:
        return found[0]
    there = "".join(f"\n  {agent.name.rpartition('/')[2]}  {agent.display_name}" for agent in agents)
    problem = f"{len(found)} CX agents are" if found else "no CX agent is"
    raise AgentError(
        f'{problem} called "{wanted}" in project {access.project}, location {access.location}; '
        + (f"give --agent one of these ids:{there}" if agents else "there is none at all: is --location right?")
    )


def _credentials(service: cx.Webhook.GenericWebService) -> tuple[Credential, ...]:
    auth = cx.Webhook.GenericWebService.ServiceAgentAuth
    found = list(credentials_of(service.username, service.request_headers))
    if service.secret_version_for_username_password and "basic" not in found:
        found.append("basic")
    if service.secret_versions_for_request_headers and "header" not in found:
        found.append("header")
    is_by_default = service.service_agent_auth == auth.SERVICE_AGENT_AUTH_UNSPECIFIED and not found
    if service.service_agent_auth == auth.ID_TOKEN or is_by_default:
        found.append("id_token")
    if service.service_agent_auth == auth.ACCESS_TOKEN:
        found.append("access_token")
    if "oauth_config" in service:
        found.append("oauth")
    return tuple(found)


def route_name(found: CxAgent, route: cx.TransitionRoute) -> str:
    """Return what people may know a route of the start flow by."""
    if route.intent == found.welcome_intent and not route.condition:
        return "welcome route"
    return f"route {route.intent.rpartition('/')[2]} {route.condition}".rstrip()
