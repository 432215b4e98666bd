"""The webhook from outside, with the configured credentials: reachable, closed to strangers, answering in time.

Without --paid nothing here asks a model: the turns are the welcome, in the form of ES and in that of CX.
"""

import json
import secrets
from collections.abc import Iterator

from scripts.checkup.calling import Line, base_of
from scripts.checkup.case import Case
from scripts.checkup.exchange import Answer, Unreachable
from scripts.checkup.personas import default_persona, personas_of
from scripts.checkup.results import Result, failed, ok, skipped, warning
from scripts.checkup.turns import QUESTION, cx_talk, es_talk, health_check, turn
from scripts.checkup.verdicts import WEBHOOK, judge, strange
from scripts.dialogflow.credentials import headers_of
from scripts.dialogflow.wire import BadAddress, check_address

_AWAKE_S = 5.0


def check_webhook(case: Case) -> Iterator[Result]:
    """Call the webhook as Dialogflow will. Stops at what makes all the rest fail too."""
    if case.url is None:
        yield skipped(
            WEBHOOK, "its address is not known", "name it with --url https://HOST/webhook, or set WEBHOOK_URL"
        )
        return
    line = Line(case.url, f"doctor-{secrets.token_hex(8)}", headers_of(case.environment))
    try:
        reached = _reach(line)
        yield reached
        if reached.status != "failed":
            yield from _ready(line)
            yield from _strangers(line)
            yield from _turns(line, case)
    except Unreachable as error:
        yield failed(WEBHOOK, str(error), error.fix)


def _reach(line: Line) -> Result:
    """Say whether a server of ours is there at all."""
    try:
        check_address(line.url)
    except BadAddress as error:
        message, _, fix = str(error).partition("; ")
        return failed(WEBHOOK, message, fix)
    answer = line.get("/healthz")
    return strange(answer) or _alive(line, answer)


def _alive(line: Line, answer: Answer) -> Result:
    if answer.status != 200:
        said = f"/healthz answers {answer.status}: something is there, and it is not this project's server"
        return failed(WEBHOOK, said, "is this the address of the webhook?")
    if answer.seconds > _AWAKE_S:
        said = f"{base_of(line.url)} took {answer.seconds:.1f} s to wake; Dialogflow ES gives up at 5 s"
        return warning(WEBHOOK, said, "switch Settings, Serverless off, or the first person meets silence")
    return ok(WEBHOOK, f"{base_of(line.url)} is reached and alive")


def _ready(line: Line) -> Iterator[Result]:
    """Ask the server itself what it cannot do; it says which part, and no secret."""
    answer = line.get("/readyz")
    if answer.status != 200:
        said = f"the server is up and not ready: {_problems(answer.body) or answer.status}"
        fix = "its variables differ from these: look at OPENAI_*, MODEL and the store there"
        yield failed(WEBHOOK, said, fix)


def _problems(body: bytes) -> str:
    try:
        parts = json.loads(body)
    except ValueError:
        return ""
    named = (f"{name} {parts[name]}" for name in ("store", "model") if isinstance(parts, dict) and name in parts)
    return ", ".join(named)[:200]


def _strangers(line: Line) -> Iterator[Result]:
    """Call without credentials where some are configured: that must be refused."""
    if not line.headers:
        return
    answer = line.post(health_check(line.session), is_stranger=True)
    if answer.status in {401, 403}:
        yield ok(WEBHOOK, "a caller without credentials is refused")
    elif answer.status == 200:
        said = "anybody is answered there, without credentials"
        yield failed(WEBHOOK, said, "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD on the service too, and deploy")


def _turns(line: Line, case: Case) -> Iterator[Result]:
    """Try the health check; then, if it went through, a turn in each form, and let the server forget them."""
    first = line.post(health_check(line.session))
    if first.status in {401, 403} and not line.headers:
        yield _no_credentials(case)
        return
    found = judge(first, "health check", es_talk(line.session))
    yield found
    if found.status != "failed":
        yield from _both(line, case)
        line.forget()


def _both(line: Line, case: Case) -> Iterator[Result]:
    """Try a first turn of each edition: words with --paid, else the welcome."""
    words = QUESTION if case.wish.is_paid else None
    fallbacks = _fallbacks(case) if case.wish.is_paid else ()
    for talk in (es_talk(line.session), cx_talk(line.session, default_persona(case.environment))):
        answer = line.post(turn(talk, line.session, words))
        yield judge(answer, f"turn as {talk.channel.upper()} sends it", talk, fallbacks)


def _no_credentials(case: Case) -> Result:
    if "WEBHOOK_ID_TOKEN_EMAIL" in case.environment:
        return skipped(WEBHOOK, "only Dialogflow can prove there who it is; no turn was tried")
    if case.settings is None:
        return skipped(WEBHOOK, "it asks who is calling; no turn was tried, for the settings are refused")
    said = "it asks who is calling, and no credentials are set here"
    return failed(WEBHOOK, said, "set WEBHOOK_USERNAME and WEBHOOK_PASSWORD here as they are there")


def _fallbacks(case: Case) -> tuple[str, ...]:
    """Return every line that a persona says when its model does not."""
    personas = personas_of(case.environment).values()
    return tuple(line for persona in personas for lines in persona.fallback.values() for line in lines)
