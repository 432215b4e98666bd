"""The command: play Dialogflow against a webhook, at a prompt, by a script, or many at a time."""

import json
import os
import readline  # noqa: F401 - gives the prompt its history
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import click

from scripts.dialogflow import runs
from scripts.dialogflow.credentials import TOKEN_VARIABLE, headers_of
from scripts.dialogflow.es import LIMIT_S
from scripts.dialogflow.script_files import BadScript, read_script
from scripts.dialogflow.types import Origin, Setting
from scripts.dialogflow.wire import BadAddress, Webhook, check_address
from scripts.launch import read_environment

_CX_LIMIT_S = 30.0  # the most that a CX webhook can be given ("Webhooks", read 2026-11)
_HERE = "http://127.0.0.1:8080/webhook"

_EPILOG = f"""\b
Without --say, --script and --concurrency it is a chat at a prompt. Credentials are those of the webhook's own
variables, from .env or the environment: WEBHOOK_USERNAME and WEBHOOK_PASSWORD, WEBHOOK_HEADER_VALUE, or an ID token
in {TOKEN_VARIABLE}. Status 0: all as it should be, 1: it is not, 2: used wrongly.

\b
example:
  python -m scripts.simulate --script scripts/data/conversations/joy_es.yml
  python -m scripts.simulate --concurrency 20 --turns 5
  python -m scripts.simulate --origin telegram
"""


@click.command(epilog=_EPILOG)
@click.option("--channel", type=click.Choice(["es", "cx"]), default="es", show_default=True, help="The edition.")
@click.option("--url", default=_HERE, show_default=True, help="The webhook.")
@click.option("--origin", type=click.Choice(get_args(Origin)), default="console", show_default=True)
@click.option("--language", default="en", show_default=True, help="The language code that Dialogflow sends.")
@click.option("--tag", default="joy", show_default=True, help="CX: the tag of the no-match handler.")
@click.option("--intent", default="", help="The intent that words match.  [default: ES's fallback intent]")
@click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Of the intent or the session.")
@click.option("--caller", default="+15550100", show_default=True, help="Telephony: the number that calls.")
@click.option("--deadline", type=click.FloatRange(0.1, _CX_LIMIT_S), help="CX: the webhook's timeout.  [default: 5]")
@click.option("--say", multiple=True, metavar="TEXT", help="Say this and end; can be given several times.")
@click.option("--script", "scripts", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--welcome/--no-welcome", default=None, help="Begin with the welcome event.  [default: at the prompt]")
@click.option("--concurrency", type=click.IntRange(1, 2_000), help="Put it under load: sessions at a time.")
@click.option("--turns", type=click.IntRange(1), default=5, show_default=True, help="Load: turns of each session.")
@click.option("--no-credentials", is_flag=True, help="Call without them, as a stranger would.")
@click.option("--wire", is_flag=True, help="Show requests and answers as JSON too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def main(
    channel: Literal["es", "cx"],
    url: str,
    origin: Origin,
    language: str,
    tag: str,
    intent: str,
    parameters: tuple[str, ...],
    caller: str,
    deadline: float | None,
    say: tuple[str, ...],
    scripts: tuple[Path, ...],
    welcome: bool | None,
    concurrency: int | None,
    turns: int,
    no_credentials: bool,
    wire: bool,
    as_json: bool,
) -> None:
    """Play Dialogflow: call a webhook as ES or CX does, judge its answers, show what the person would see."""
    _check_use(channel, deadline, say, scripts, concurrency, as_json)
    setting = Setting("", language, origin, tag, intent, caller, _parameters(parameters))
    webhook = Webhook(_address(url), _headers(no_credentials), deadline or LIMIT_S)
    stage = runs.Stage(channel, setting, webhook, with_wire=wire, as_json=as_json)
    try:
        if concurrency:
            good = runs.load(stage, say, concurrency, turns)
        elif scripts:
            good = runs.replay(stage, [(path, read_script(path)) for path in scripts])
        elif say:
            good = runs.speak(stage, say, welcome=bool(welcome))
        else:
            good = runs.chat(stage, welcome=welcome is not False)
    except BadScript as error:
        raise click.UsageError(str(error)) from error
    raise SystemExit(0 if good else 1)


def _check_use(
    channel: str,
    deadline: float | None,
    say: tuple[str, ...],
    scripts: tuple[Path, ...],
    concurrency: int | None,
    as_json: bool,
) -> None:
    """Raise UsageError for options that contradict each other."""
    if scripts and (say or concurrency):
        raise click.UsageError("--script stands alone: it says what is said, one conversation after the other")
    if deadline and channel == "es" and not scripts:
        raise click.UsageError("ES gives every webhook 5 s; --deadline is for --channel cx")
    if as_json and not (say or scripts or concurrency):
        raise click.UsageError("--json needs --say, --script or --concurrency; a chat is for people")


def _address(url: str) -> str:
    try:
        check_address(url)
    except BadAddress as error:
        raise click.UsageError(str(error)) from error
    return url


def _headers(no_credentials: bool) -> Mapping[str, str]:
    return {} if no_credentials else headers_of(read_environment(Path(".env"), os.environ))


def _parameters(given: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters by name; a value that is JSON is taken as such, so that 3 is a number."""
    parameters = {}
    for item in given:
        name, sign, value = item.partition("=")
        if not (name and sign):
            raise click.UsageError(f'--parameter "{item}": expected NAME=VALUE, such as persona=joy')
        try:
            parameters[name] = json.loads(value)
        except ValueError:
            parameters[name] = value
    return parameters


if __name__ == "__main__":
    main()
