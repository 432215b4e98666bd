"""The command: say what is wrong with a set-up, from .env to the webhook as Dialogflow sees it, and what to do next."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from scripts.checkup.case import Agent, Wish, read_case
from scripts.checkup.page import line_of, record_of, summary_of
from scripts.checkup.registry import CHECKS
from scripts.checkup.results import Result
from scripts.checkup.running import examine
from scripts.dialogflow.wire import BadAddress, check_address

_LIMIT_S = 100.0  # for all checks, since they run at once: a little more than Google's clients try before they say why
_EPILOG = """\b
Costs: one token of the default persona's model. With --paid, one token of every model, and two whole turns.
Exit code: 0 nothing failed (warnings allowed), 1 something failed, 2 used wrongly.

\b
example:
  python -m scripts.doctor --url https://YOUR-HOST/webhook
"""


def _address(_: click.Context, __: click.Parameter, url: str | None) -> str | None:
    """Take an address that Dialogflow could call."""
    if url is not None:
        try:
            check_address(url)
        except BadAddress as error:
            raise click.BadParameter(str(error)) from error
    return url


@click.command(epilog=_EPILOG)
@click.option(
    "--url", callback=_address, metavar="URL", help="The webhook's address.  [default: WEBHOOK_URL, Railway's]"
)
@click.option("--paid", is_flag=True, help="Ask every model, and let the webhook ask its own for two turns.")
@click.option("--railway", is_flag=True, help="Judge these settings as those of a service at Railway.")
@click.option("--replicas", type=click.IntRange(1), metavar="N", help="How many replicas the service has.")
@click.option(
    "--project", metavar="ID", help="The agent's Google Cloud project: look whether the agent calls this webhook."
)
@click.option("--agent", metavar="ID|NAME", help="CX: the agent's id or display name.")
@click.option("--location", default="global", show_default=True, help="The agent's region.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(
    url: str | None,
    paid: bool,
    railway: bool,
    replicas: int | None,
    project: str | None,
    agent: str | None,
    location: str,
    as_json: bool,
) -> None:
    """Say what is wrong with the settings, the model, the store and the webhook, and what to do next.

    Reads .env and the environment as the server does. Changes no setting; shows no secret and nobody's words.
    """
    if agent and not project:
        raise click.UsageError("--agent needs --project, the Google Cloud project it is in")
    wish = Wish(url, paid, railway, replicas, Agent(project, location, agent or "") if project else None)
    case = read_case(wish, Path(".env"), os.environ, datetime.now(UTC).date())
    results = list(_told(examine(CHECKS, case, _LIMIT_S), as_json=as_json))
    click.echo(json.dumps(record_of(results), indent=2) if as_json else f"\n{summary_of(results)}")
    sys.exit(1 if any(result.status == "failed" for result in results) else 0)


def _told(results: Iterable[Result], *, as_json: bool) -> Iterator[Result]:
    """Give results on, each printed as it comes where people read."""
    for result in results:
        if not as_json:
            click.echo(line_of(result))
        yield result


if __name__ == "__main__":
    main()
