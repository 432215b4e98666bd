"""The agent: that it calls this webhook, with these credentials, from the intents or events that must call it.

What it should be is what scripts/setup_agent would make of it; every row of that plan is something that is missing.
"""

from collections.abc import Iterator, Sequence

from app.personas import SHIPPED, load_personas
from app.settings import Settings
from scripts.agents.clients import Access, AgentError, open_access
from scripts.agents.cx_agent import read_cx
from scripts.agents.cx_plan import plan_cx
from scripts.agents.errors import READER, google_errors
from scripts.agents.es_agent import read_es
from scripts.agents.es_plan import plan_es
from scripts.agents.plan import Plan, Row
from scripts.agents.wish import BadWish, Wish, make_wish
from scripts.checkup.case import Agent, Case
from scripts.checkup.results import Result, failed, ok, skipped, warning

_CHECK = "agent"
_NEEDED = frozenset(
    {"URL", "user name", "password", "user name and password", "webhook", "webhook call", "calls", "timeout"}
)


def examine_agent(case: Case, agent: Agent) -> Iterator[Result]:
    """Read the agent and compare it with what it should be. Nothing is written; the role is that of a reader."""
    if case.settings is None:
        yield skipped(_CHECK, "not looked at: the settings are refused", "mend the settings, then run this again")
        return
    try:
        wish = _wish(case.settings, agent, case.url)
    except BadWish as error:
        yield skipped(_CHECK, f"not looked at: {error}")
        return
    try:
        plan = _plan(open_access(agent.project, agent.location, case.environment), agent, wish)
    except AgentError as error:
        reason, *advice = str(error).splitlines()
        yield failed(_CHECK, reason, "; ".join(line.strip() for line in advice))
        return
    yield from judge(plan, wish, _command(agent, wish))


def judge(plan: Plan, wish: Wish, command: str) -> Iterator[Result]:
    """Say what is missing: a line for each thing without which no turn arrives, one for all the rest."""
    needed = [row for row in plan.rows if _is_needed(row)]
    elsewhere = [row for row in needed if row.what == "URL"]  # then all the rest of it is elsewhere too
    for row in elsewhere or needed:
        more = f" ({len(needed) - 1} more with it)" if elsewhere and len(needed) > 1 else ""
        yield failed(_CHECK, f"{row.target}: {row.what} is {row.before}, and should be {row.after}{more}", command)
    rest = [row for row in plan.rows if not _is_needed(row)]
    if rest:
        yield warning(_CHECK, f"setup_agent would also change {_named(rest)}", f"to see it: {command} --dry-run")
    if not needed:
        yield ok(_CHECK, f"calls {wish.url} with the credentials that are set here")


def _is_needed(row: Row) -> bool:
    return row.what in _NEEDED or row.what.startswith(("header ", "service agent"))


def _named(rows: Sequence[Row]) -> str:
    return ", ".join(sorted({f"{row.target} ({row.what})" for row in rows}))


def _wish(settings: Settings, agent: Agent, url: str | None) -> Wish:
    personas = load_personas(settings.personas_dir or SHIPPED)
    persona = personas.get(settings.default_persona) or next(iter(personas.values()))
    return make_wish(agent.kind, url, persona, settings)


def _plan(access: Access, agent: Agent, wish: Wish) -> Plan:
    with google_errors(access, agent.kind, READER):
        if agent.kind == "es":
            return plan_es(read_es(access, READER), wish)
        return plan_cx(read_cx(access, agent.name, READER), wish)


def _command(agent: Agent, wish: Wish) -> str:
    """Return the command that sets the agent up."""
    place = "" if agent.location == "global" else f" --location {agent.location}"
    named = f" --agent {agent.name}" if agent.kind == "cx" else ""
    return (
        f"python -m scripts.setup_agent {agent.kind} --project {agent.project}{named}{place} --webhook-url {wish.url}"
    )
