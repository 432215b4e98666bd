"""The webhook from outside, with the configured credentials: reachable, closed to strangers, answering in time.

Without --paid nothing here asks a model: the turns are the welcome, in the form of ES and in that of CX.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.core.persona import Persona
from app.settings import ES_LIMIT_S
from scripts.checkup.case import Case
from scripts.checkup.exchange import Answer, Unreachable, ask, base_of, strangeness
from scripts.checkup.personas import personas_of
from scripts.checkup.results import Result, failed, ok, skipped, warning
from scripts.checkup.turns import QUESTION, Json, cx_turn, es_turn, health_check, words_of

_CHECK = "webhook"
_SLOW_S = 3.0
_COMPARE = "compare WEBHOOK_USERNAME and WEBHOOK_PASSWORD (or the header) here with the service's variables"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is sent to prove who is calling: a user name and a password, or a header, or nothing."""

    auth: tuple[str, str] | None
    headers: Mapping[str, str]

    @property
    def are_there(self) -> bool:
        """Whether there is anything to send."""
        return self.auth is not None or bool(self.headers)


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one webhook, as one conversation."""

    url: str
    session: str
    credentials: Credentials

    def post(self, body: Json, *, is_stranger: bool = False) -> Answer:
        """Send a request, with the credentials unless it is a stranger's. Raises Unreachable."""
        given = Credentials(None, {}) if is_stranger else self.credentials
        content = {"Content-Type": "application/json", **given.headers}
        return ask("POST", self.url, content, json.dumps(body).encode(), given.auth)

    def forget(self) -> None:
        """Ask the server to forget this conversation. Raises Unreachable."""
        ask(
            "DELETE",
            f"{base_of(self.url)}/sessions/{self.session}",
            self.credentials.headers,
            b"",
            self.credentials.auth,
        )


def check_webhook(case: Case) -> Iterator[Result]:
    """Call the webhook as Dialogflow will. Stops at what makes all the rest fail too."""
    if case.url is None:
        yield skipped(_CHECK, "its address is not known", "name it with --url https://HOST/webhook, or set WEBHOOK_URL")
        return
    line = Line(case.url, f"doctor-{secrets.token_hex(8)}", credentials_of(case.environment))
    try:
        problem = _reach(line)
        yield problem or ok(_CHECK, f"{base_of(case.url)} is reached and alive")
        if problem is None:
            yield from _ready(line)
            yield from _strangers(line)
            yield from _turns(line, case)
    except Unreachable as error:
        yield failed(_CHECK, str(error), error.fix)


def credentials_of(environment: Mapping[str, str]) -> Credentials:
    """Return what the settings say that a caller sends. A header's value goes out as the bytes that were set."""
    name, password = environment.get("WEBHOOK_USERNAME"), environment.get("WEBHOOK_PASSWORD")
    if name and password:
        return Credentials((name, password), {})
    value = environment.get("WEBHOOK_HEADER_VALUE")
    return Credentials(None, {environment.get("WEBHOOK_HEADER_NAME", "X-Webhook-Secret"): value} if value else {})


def _reach(line: Line) -> Result | None:
    """Return why nothing of ours is there, None when it is."""
    answer = ask("GET", f"{base_of(line.url)}/healthz")
    strange = strangeness(answer)
    if strange:
        return failed(_CHECK, *strange)
    if answer.status != 200:
        said = f"/healthz answers {answer.status}: something is there, and it is not this project's server"
        return failed(_CHECK, said, "is this the address of the webhook?")
    return None


def _ready(line: Line) -> Iterator[Result]:
    """Ask the server itself what it cannot do; it says which part, and no secret."""
    answer = ask("GET", f"{base_of(line.url)}/readyz")
    if answer.status == 200:
        return
    parts = _problems(answer.body)
    said = f"the server is up and not ready: {parts or answer.status}"
    yield failed(_CHECK, said, "its variables differ from these: look at OPENAI_*, MODEL and the store there")


def _problems(body: bytes) -> str:
    try:
        parts = json.loads(body)
    except ValueError:
        return ""
    named = (f"{name} {parts[name]}" for name in ("store", "model") if isinstance(parts, dict) and name in parts)
    return ", ".join(named)[:200]


def _strangers(line: Line) -> Iterator[Result]:
    """Call without credentials where some are configured: that must be refused."""
    if not line.credentials.are_there:
        return
    answer = line.post(health_check(line.session), is_stranger=True)
    if answer.status in {401, 403}:
        yield ok(_CHECK, "a caller without credentials is refused")
    elif answer.status == 200:
        said = "anybody is answered there, without credentials"
        yield failed(_CHECK, said, "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD on the service too, and deploy")


def _turns(line: Line, case: Case) -> Iterator[Result]:
    """Try the health check; then, if it went through, a turn in each form, and let the server forget them."""
    first = line.post(health_check(line.session))
    if first.status in {401, 403} and not line.credentials.are_there:
        yield skipped(_CHECK, "only Dialogflow can prove there who it is; no turn was tried", "")
        return
    found = _judge(first, "health check", {})
    yield found
    if found.status == "failed":
        return
    words, personas = (QUESTION, personas_of(case.environment)) if case.wish.is_paid else (None, {})
    yield _judge(line.post(es_turn(line.session, words)), "turn as ES sends it", personas)
    yield _judge(line.post(cx_turn(line.session, words)), "turn as CX sends it", personas)
    line.forget()


def _judge(answer: Answer, what: str, personas: Mapping[str, Persona]) -> Result:
    """Judge an answer as Dialogflow would, and by what it says: a fallback line is the sign of a silent model."""
    if answer.status in {401, 403}:
        return failed(_CHECK, f"the {what} is refused ({answer.status}): the credentials are not those there", _COMPARE)
    if answer.status in {404, 405}:
        return failed(_CHECK, f"there is no webhook at this path ({answer.status})", "its address ends in /webhook")
    if answer.status != 200:
        said = f"the {what} is answered with {answer.status}; Dialogflow takes 200 only"
        return failed(_CHECK, said, "look at the server's log for what broke")
    try:
        words = words_of(answer.body)
    except ValueError as error:
        return failed(_CHECK, f"the {what}: {error}, so Dialogflow would refuse it", "is another version deployed?")
    if any(line in words for persona in personas.values() for lines in persona.fallback.values() for line in lines):
        fix = "`problems` in the log's last turn line says why; ModelTimeout: take a faster model"
        return failed(_CHECK, f"the {what} got a fallback line: the model gave no words in time", fix)
    return _in_time(answer.seconds, what)


def _in_time(seconds: float, what: str) -> Result:
    said = f"the {what} is answered in {seconds:.1f} s"
    if seconds > ES_LIMIT_S:
        fix = "is the service asleep (Settings, Serverless)? Else lower ES_DEADLINE_S, or move it nearer to Google"
        return failed(_CHECK, f"{said}; Dialogflow ES gives up at 5 s", fix)
    if seconds > _SLOW_S:
        return warning(_CHECK, f"{said}, near the 5 s of Dialogflow ES", "look at `seconds` in the server's log")
    return ok(_CHECK, said)
