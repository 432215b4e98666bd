"""How both commands tell what keeps them from an answer: one line, and exit code 2, for 1 is an answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.core.errors import ContentError
from scripts.agreement import Refused
from scripts.dataset.cost import BadPrices
from scripts.endpoint import RunStopped
from scripts.evaluation.types import BadInput
from scripts.finetuning.ledger import BadLedger
from scripts.generation.answers import BadAnswers


class NoAnswer(click.ClickException):
    """The command ended without an answer."""

    exit_code = 2


@contextmanager
def told_errors() -> Iterator[None]:
    """Turn what scripts/evaluation raises into what click tells people."""
    try:
        yield
    except (BadInput, BadAnswers, BadLedger, BadPrices, ContentError, Refused, RunStopped) as error:
        raise NoAnswer(str(error)) from error
