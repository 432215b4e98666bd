"""ES and CX as two sides of one thing: what is done with an agent, whichever it is."""

from collections.abc import Callable
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.api_core.operation import Operation
from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx

from scripts.agents.carrying_out import write_cx, write_es
from scripts.agents.clients import Access, AgentError, Kind
from scripts.agents.cx_agent import CxAgent, read_cx
from scripts.agents.cx_plan import plan_cx
from scripts.agents.es_agent import EsAgent, read_es
from scripts.agents.es_plan import plan_es
from scripts.agents.outline import Outline, outline_cx, outline_es
from scripts.agents.plan import Plan, Step
from scripts.agents.retrying import careful, patient
from scripts.agents.wish import Wish
from scripts.progress import progress

_TICK_S = 5.0
_LONGEST_TICKS = 120

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Side(Generic[Found]):
    """What can be done with an agent. None of it turns Google's errors into ours: see errors.google_errors."""

    kind: Kind
    read: Callable[[], Found]
    name_of: Callable[[Found], str]
    plan: Callable[[Found, Wish], Plan]
    outline: Callable[[Found], Outline]
    write: Callable[[str, Step], None]
    export: Callable[[str], bytes]
    restore: Callable[[str, bytes], None]


def es_side(access: Access) -> Side[EsAgent]:
    """Return what can be done with the project's ES agent."""
    return Side(
        kind="es",
        read=lambda: read_es(access),
        name_of=lambda found: found.name,
        plan=plan_es,
        outline=outline_es,
        write=lambda agent, step: write_es(access, agent, step),
        export=lambda agent: _export_es(access),
        restore=lambda agent, content: _restore_es(access, content),
    )


def cx_side(access: Access, agent: str) -> Side[CxAgent]:
    """Return what can be done with the CX agent of an id or name."""
    return Side(
        kind="cx",
        read=lambda: read_cx(access, agent),
        name_of=lambda found: found.name,
        plan=plan_cx,
        outline=outline_cx,
        write=lambda name, step: write_cx(access, name, step),
        export=lambda name: _export_cx(access, name),
        restore=lambda name, content: _restore_cx(access, name, content),
    )


def _export_es(access: Access) -> bytes:
    request = es.ExportAgentRequest(parent=access.es_parent)
    return _content(access.client(es.AgentsClient).export_agent(request=request, **patient()))


def _export_cx(access: Access, agent: str) -> bytes:
    request = cx.ExportAgentRequest(name=agent)
    return _content(access.client(cx.AgentsClient).export_agent(request=request, **patient()))


def _restore_es(access: Access, content: bytes) -> None:
    request = es.RestoreAgentRequest(parent=access.es_parent, agent_content=content)
    _wait(access.client(es.AgentsClient).restore_agent(request=request, **careful()), "restoring")


def _restore_cx(access: Access, agent: str, content: bytes) -> None:
    request = cx.RestoreAgentRequest(name=agent, agent_content=content)
    _wait(access.client(cx.AgentsClient).restore_agent(request=request, **careful()), "restoring")


def _content(operation: Operation) -> bytes:
    content: bytes = _wait(operation, "backing up").agent_content
    if not content:
        raise AgentError("Google exported nothing, so there is no backup and nothing was changed")
    return content


def _wait(operation: Operation, what: str) -> Any:
    """Return what a long operation comes to, with a sign of life now and then. Raises AgentError after ten minutes."""
    with progress(f"{what}: looked") as look:
        for _ in range(_LONGEST_TICKS):
            try:
                return operation.result(timeout=_TICK_S)  # type: ignore[no-untyped-call]
            except NotYet:
                look()
    raise AgentError(f"{what} is not done after ten minutes; look in the console how it went")
