"""All checks, in the order in which a reader wants to know: what is set, what runs here, what is out there."""

from collections.abc import Iterator

from scripts.checkup.callers import check_callers
from scripts.checkup.case import Case, Check
from scripts.checkup.dotenv_file import check_env_file
from scripts.checkup.endpoint import check_endpoint
from scripts.checkup.machine import check_clock, check_python
from scripts.checkup.personas import check_personas
from scripts.checkup.railway import check_railway
from scripts.checkup.results import Result, skipped
from scripts.checkup.settings import check_settings
from scripts.checkup.store import check_store
from scripts.checkup.webhook import check_webhook


def check_agent(case: Case) -> Iterator[Result]:
    """Compare the agent at Google with what it should be, when one is named."""
    if case.wish.agent is None:
        how = "name its project with --project (a CX agent with --agent too)"
        yield skipped("agent", "which agent it is, is not known", how)
        return
    from scripts.checkup.agent import examine_agent  # Google's clients: a second and 90 MB for who names a project

    yield from examine_agent(case, case.wish.agent)


CHECKS: tuple[Check, ...] = (
    check_python,
    check_env_file,
    check_settings,
    check_callers,
    check_personas,
    check_store,
    check_endpoint,
    check_webhook,
    check_agent,
    check_railway,
    check_clock,
)
