"""The model endpoint: reachable, the key accepted, each persona's model there and not about to end, and answering.

Looking costs nothing. Asking costs one token of the default persona's model; with --paid, one of every model.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from app.settings import ES_LIMIT_S
from scripts.checkup.case import Case
from scripts.checkup.personas import default_persona, is_asked_in_text, model_of, personas_of
from scripts.checkup.results import Result, failed, ok, skipped, warning
from scripts.endpoint import Address, CallFailed, RunStopped, TryLater, open_client, our_errors, read_address
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.records import Model
from scripts.finetuning.tables import SOON_DAYS, shutdown_of

_PATIENCE_S = 10.0
_ANY_TAG = ":latest"  # Ollama lists "llama3.2:latest", and "llama3.2" is the same
_LIST = "python -m scripts.finetune models"
_ADDRESS = "is OPENAI_BASE_URL right? It often ends in /v1; the engine behind it must be running"


@dataclass(frozen=True, slots=True)
class Use:
    """A model, the personas that ask it, and whether they ask in one text rather than in messages."""

    model: str
    personas: tuple[str, ...]
    is_text: bool


def check_endpoint(case: Case) -> Iterator[Result]:
    """Ask for the list of models, look each one up, and let one say a token."""
    address = read_address(case.environment)
    if address is None:
        yield _unset(case)
    elif not address.api_key.isascii():
        yield failed(
            "key", "OPENAI_API_KEY holds characters that no key has", "copy it again, without quotes around it"
        )
    else:
        yield from _examine(case, address)


def _examine(case: Case, address: Address) -> Iterator[Result]:
    began = time.monotonic()
    try:
        models = _models(address)
    except RunStopped as error:
        yield failed("key", *_halves(error))
    except TryLater as error:
        yield failed("endpoint", str(error), _ADDRESS)
    except CallFailed as error:
        yield warning("endpoint", f"it does not list its models ({error.status}: {error})", _ADDRESS)
        yield from _ask_all(case, address, ())
    else:
        yield ok("endpoint", f"{address.base_url} answers in {time.monotonic() - began:.1f} s; {_key_words(address)}")
        yield from _look_up(case, models)
        yield from _ask_all(case, address, models)


def _models(address: Address) -> Sequence[Model]:
    with closing(Endpoint(address, _PATIENCE_S)) as endpoint:
        return endpoint.models()


def _unset(case: Case) -> Result:
    if case.refusals:
        return skipped("endpoint", "not looked at: none is set")
    said = "none is set, so only scripts/serve starts, with a small model of its own"
    return warning("endpoint", said, "set OPENAI_API_KEY or OPENAI_BASE_URL before people talk to it")


def uses_of(environment: Mapping[str, str]) -> tuple[Use, ...]:
    """Return every model that a persona asks, that of the default persona first."""
    personas = personas_of(environment)
    first = default_persona(environment)
    asked: dict[str, list[str]] = {}
    for name in sorted(personas, key=lambda name: (name != first, name)):
        model = model_of(personas[name], environment)
        if model:
            asked.setdefault(model, []).append(name)
    return tuple(
        Use(model, tuple(names), is_asked_in_text(personas[names[0]], environment)) for model, names in asked.items()
    )


def _look_up(case: Case, models: Sequence[Model]) -> Iterator[Result]:
    for use in uses_of(case.environment):
        found = next((model for model in models if model.id in {use.model, use.model + _ANY_TAG}), None)
        yield _missing(use, models) if found is None else _ending(use, shutdown_of(found, models), case.today)


def _missing(use: Use, models: Sequence[Model]) -> Result:
    said = f'"{use.model}" (for {", ".join(use.personas)}) is not among the endpoint\'s {len(models)} models'
    near = get_close_matches(use.model, [model.id for model in models], n=1)
    hint = f"did you mean {near[0]}?" if near else f"it was shut down, or is another account's: {_LIST}"
    return failed("model", said, f"{hint} Then set MODEL")


def _ending(use: Use, end: date | None, today: date) -> Result:
    said = f"{use.model} (for {', '.join(use.personas)}) is there"
    choose = f"choose another one ({_LIST}), evaluate it, then set MODEL"
    if end is None:
        return ok("model", f"{said}; no end of it is announced")
    left = (end - today).days
    if left <= 0:
        return failed("model", f"{use.model} (for {', '.join(use.personas)}) ended on {end}", choose)
    if left < SOON_DAYS:
        return warning("model", f"{said} until {end} only, {left} days from now", choose)
    return ok("model", f"{said} until {end}")


def _ask_all(case: Case, address: Address, models: Sequence[Model]) -> Iterator[Result]:
    """Let models say one token each; not those that the list has shown to be missing."""
    listed = {model.id for model in models}
    uses = [use for use in uses_of(case.environment) if not listed or listed & {use.model, use.model + _ANY_TAG}]
    limit_s = case.settings.es_deadline_s if case.settings else ES_LIMIT_S
    for use in uses if case.wish.is_paid else uses[:1]:
        yield _ask(address, use, limit_s)


def _ask(address: Address, use: Use, limit_s: float) -> Result:
    began = time.monotonic()
    try:
        _one_token(address, use)
    except RunStopped as error:
        return failed("answer", *_halves(error))
    except (TryLater, CallFailed) as error:
        return failed(
            "answer", f"{use.model} does not answer: {error}", "the persona's fallback line is all it can say"
        )
    took_s = time.monotonic() - began
    if took_s > limit_s:
        said = f"{use.model} took {took_s:.1f} s for one token; a turn has {limit_s:g} s"
        return warning("answer", said, "take a faster model, or run this again: the first answer is often the slowest")
    return ok("answer", f"{use.model} said one token in {took_s:.1f} s")


def _one_token(address: Address, use: Use) -> None:
    """Ask with the same names of parameters as the server: a model that refuses them would refuse the server too."""
    words: dict[str, Any] = {"prompt": "OK"} if use.is_text else {"messages": [{"role": "user", "content": "Say OK."}]}
    path = "/completions" if use.is_text else "/chat/completions"
    with our_errors(address.base_url), closing(open_client(address, _PATIENCE_S)) as client:
        client.post(path, body={"model": use.model, "max_tokens": 1, **words}, cast_to=object)


def _key_words(address: Address) -> str:
    return "no key is set" if address.api_key == "none" else "the key is accepted"


def _halves(error: RunStopped) -> tuple[str, str]:
    """Return what happened and what to do, which RunStopped says in one sentence."""
    message, _, advice = str(error).partition("; ")
    return message, advice
