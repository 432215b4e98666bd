"""What every subcommand needs: settings, endpoint, ledger, and errors told the way a command tells them."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from app.core.errors import ContentError
from scripts.agreement import Refused
from scripts.dataset.cost import BadPrices
from scripts.dataset.limits import BadLimits
from scripts.endpoint import Address, CallFailed, RunStopped, TryLater, read_address
from scripts.finetuning.creating import Unknown
from scripts.finetuning.curve import BadResults
from scripts.finetuning.endpoint import Endpoint
from scripts.finetuning.ledger import BadLedger, Ledger, LedgerBusy
from scripts.finetuning.patience import Value, insist
from scripts.finetuning.quote import TooDear
from scripts.finetuning.wish import BadWish
from scripts.generation.asking import Patience
from scripts.launch import read_environment

_NO_ENDPOINT = (
    "OPENAI_API_KEY is not set. Set it, or train on this machine: start python -m scripts.local_engine --port 8090, "
    "and set OPENAI_BASE_URL=http://127.0.0.1:8090/v1"
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a subcommand works: the settings, the endpoint that they name, our notes."""

    environment: Mapping[str, str]
    endpoint: Endpoint
    ledger: Ledger

    def look(self, call: Callable[[], Value]) -> Value:
        """Return what the endpoint answers to a question, asked again where that may help."""
        return insist(call, say, Patience(attempts=3))


def settings() -> Mapping[str, str]:
    """Return the settings from .env and the environment."""
    return read_environment(Path(".env"), os.environ)


def require_address(environment: Mapping[str, str]) -> Address:
    """Return the configured endpoint. Raises UsageError when there is none."""
    address = read_address(environment)
    if address is None:
        raise click.UsageError(_NO_ENDPOINT)
    return address


@contextmanager
def at_desk() -> Iterator[Desk]:
    """Give a desk and tell errors: 2 for what no endpoint would take, 1 for the rest."""
    with told_errors():
        environment = settings()
        with closing(Endpoint(require_address(environment))) as endpoint:
            yield Desk(environment, endpoint, Ledger())


@contextmanager
def told_errors() -> Iterator[None]:
    """Turn what scripts/finetuning raises into what click tells people."""
    try:
        yield
    except (BadWish, BadPrices, BadLimits) as error:
        raise click.UsageError(str(error)) from error
    except TryLater as error:
        raise click.ClickException(f"{error}; try again later") from error
    except (CallFailed, RunStopped, Unknown, TooDear, Refused) as error:
        raise click.ClickException(str(error)) from error
    except (BadLedger, LedgerBusy, BadResults, ContentError) as error:
        raise click.ClickException(str(error)) from error


def show(record: Any, words: str, *, as_json: bool) -> None:
    """Print a result."""
    click.echo(json.dumps(record, ensure_ascii=False, indent=2) if as_json else words)


def say(words: str) -> None:
    """Say how it goes, on stderr."""
    click.echo(words, err=True)
