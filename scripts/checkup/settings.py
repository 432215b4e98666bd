"""What the settings may not be, what the environment does to them, and what is allowed and unwise."""

from collections.abc import Iterator, Sequence

from app.settings import CX_LIMIT_S, ES_LIMIT_S, Settings
from scripts.checkup.case import SECRET_NAMES, Case
from scripts.checkup.names import KNOWN, meant
from scripts.checkup.results import Result, failed, ok, warning

_CHECK = "settings"
_DOTENV_REFUSAL = ".env is not UTF-8"
_NETWORK_S = 0.3  # what a request from Google and its answer take on the way, on a good day
_QUICKEST_MODEL_S = 1.5
_OUTSIDE_SHORTEST = 8  # every shell has short variables of its own that look like ours


def check_settings(case: Case) -> Iterator[Result]:
    """Name every setting that stops a start, and what a start would not complain of."""
    outside = list(_outside(case))
    refused = [_refused(line) for line in case.refusals if not _is_named_already(line, outside)]
    unwise = [] if case.settings is None else list(_deadlines(case.settings))
    problems = [*refused, *outside, *unwise]
    number = len(KNOWN & set(case.environment))
    yield from problems or [ok(_CHECK, f"{number} are set, and the server starts with them")]


def _is_named_already(refusal: str, outside: Sequence[Result]) -> bool:
    """Whether another line says why: the .env room, or the same variable's quotes."""
    name = refusal.partition(":")[0]
    return refusal.startswith(_DOTENV_REFUSAL) or any(found.message.startswith(f"{name} ") for found in outside)


def _refused(line: str) -> Result:
    """Return why the server would not start; the words are its own, the way out is the setting's meaning."""
    message, _, advice = line.partition(": set ")
    if advice:
        return failed(_CHECK, message, f"set {advice}")
    name = line.partition(":")[0]
    field = Settings.model_fields.get(name.lower())
    return failed(_CHECK, line, f"{name}: {field.description}" if field else "set it as the message says")


def _outside(case: Case) -> Iterator[Result]:
    """Name what is strange about the environment's own values: no parser took quotes and spaces off them."""
    for name, value in case.outside.items():
        upper = name.upper()
        right = meant(upper) if len(upper) >= _OUTSIDE_SHORTEST else None
        if right:
            yield warning(_CHECK, f"{name} is set, a name that nothing here reads", f"did you mean {right}?")
        elif upper in KNOWN:
            yield from _strange(upper, value)


def _strange(name: str, value: str) -> Iterator[Result]:
    bare = value.strip()
    if "${{" in bare:
        said = f"{name} still holds a reference of Railway's that was not replaced"
        yield failed(_CHECK, said, "look whether the service in it is spelled as on the canvas")
    elif len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        yield failed(_CHECK, f"{name} has quotes around its value, and they count there", "take the quotes out")
    elif value != bare and name in SECRET_NAMES:
        yield warning(_CHECK, f"{name} has spaces or a line break around its value", "take them out")


def _deadlines(settings: Settings) -> Iterator[Result]:
    if settings.es_deadline_s > ES_LIMIT_S - _NETWORK_S:
        said = f"ES_DEADLINE_S is {settings.es_deadline_s:g}: too little is left of ES's 5 s for the way there and back"
        yield warning(_CHECK, said, "set it to 4.5")
    if settings.es_deadline_s < _QUICKEST_MODEL_S:
        said = f"ES_DEADLINE_S is {settings.es_deadline_s:g}: few models have said a sentence by then"
        yield warning(_CHECK, said, "set it to 4.5")
    if settings.cx_deadline_s > ES_LIMIT_S - _NETWORK_S:
        said = f"CX_DEADLINE_S is {settings.cx_deadline_s:g}, more than the 5 s that a CX webhook has at first"
        needed = min(CX_LIMIT_S, settings.cx_deadline_s + 0.5)
        yield warning(_CHECK, said, f"give the webhook a timeout of at least {needed:g} s in CX, if it has less")
