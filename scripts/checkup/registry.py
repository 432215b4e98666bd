"""All checks, in the order in which a reader wants to know: what is set, what runs here, what is out there."""

from scripts.checkup.callers import check_callers
from scripts.checkup.case import Check
from scripts.checkup.dotenv_file import check_env_file
from scripts.checkup.endpoint import check_endpoint
from scripts.checkup.machine import check_clock, check_python
from scripts.checkup.personas import check_personas
from scripts.checkup.railway import check_railway
from scripts.checkup.settings import check_settings
from scripts.checkup.store import check_store
from scripts.checkup.webhook import check_webhook

CHECKS: tuple[Check, ...] = (
    check_python,
    check_env_file,
    check_settings,
    check_callers,
    check_personas,
    check_store,
    check_endpoint,
    check_webhook,
    check_railway,
    check_clock,
)
