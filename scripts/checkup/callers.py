"""Who may call the webhook, by the settings alone: nobody's secret, a weak one, one that is used twice."""

import re
from collections.abc import Iterator, Mapping

from scripts.checkup.case import Case
from scripts.checkup.results import Result, ok, warning

_CHECK = "callers"
_MAKE_ONE = 'take the output of: python -c "import secrets; print(secrets.token_urlsafe(24))"'
_SHORTEST = 12
_FEWEST_CHARACTERS = 5
_OFTEN_SEEN = re.compile(
    r"(?:change.?me|secret|password|passwort|your[-_ ].*|example|test|webhook|dialogflow|admin|joy|qwerty)?[\d!]*",
    re.IGNORECASE,
)
_SERVICE_AGENT = re.compile(r"service-\d+@gcp-sa-dialogflow\.iam\.gserviceaccount\.com")


def check_callers(case: Case) -> Iterator[Result]:
    """Judge the credentials that the webhook asks for. The webhook room tries them."""
    ways = list(_ways(case.environment))
    if not ways and not case.refusals:
        said = "anybody who knows the address can call the webhook, and use your model"
        yield warning(_CHECK, said, "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD, here and in the agent")
    problems = [*_weak(case.environment), *_service_agent(case.environment)]
    yield from problems
    if ways and not problems:
        yield ok(_CHECK, f"the webhook asks for {' or '.join(ways)}")


def _ways(environment: Mapping[str, str]) -> Iterator[str]:
    if environment.get("WEBHOOK_USERNAME") and environment.get("WEBHOOK_PASSWORD"):
        yield "a user name and a password"
    if environment.get("WEBHOOK_HEADER_VALUE"):
        yield "a secret header"
    if environment.get("WEBHOOK_ID_TOKEN_EMAIL"):
        yield "the ID token of Dialogflow's service agent"


def _weak(environment: Mapping[str, str]) -> Iterator[Result]:
    for name in ("WEBHOOK_PASSWORD", "WEBHOOK_HEADER_VALUE"):
        reason = _weakness(environment.get(name), environment)
        if reason:
            yield warning(_CHECK, f"{name} {reason}", _MAKE_ONE)


def _weakness(secret: str | None, environment: Mapping[str, str]) -> str:
    """Return why a secret is easily guessed or lost, empty when it is not, or not set."""
    if secret is None:
        return ""
    if _OFTEN_SEEN.fullmatch(secret):
        return "is a word that is tried first"
    if len(secret) < _SHORTEST or len(set(secret)) < _FEWEST_CHARACTERS:
        return "is easily guessed: short, or of few different characters"
    others = ("WEBHOOK_USERNAME", "OPENAI_API_KEY", "OPENAI_KEY")
    twin = next((name for name in others if environment.get(name) == secret), None)
    return f"is the same as {twin}" if twin else ""


def _service_agent(environment: Mapping[str, str]) -> Iterator[Result]:
    email = environment.get("WEBHOOK_ID_TOKEN_EMAIL")
    if email and not _SERVICE_AGENT.fullmatch(email):
        said = "WEBHOOK_ID_TOKEN_EMAIL is not the address of a Dialogflow service agent"
        form = "service-PROJECT_NUMBER@gcp-sa-dialogflow.iam.gserviceaccount.com"
        yield warning(_CHECK, said, f"it looks like {form}; the number is on the Google project's first page")
