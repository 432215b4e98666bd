"""Asking before something is paid for, deleted or changed where it is live."""

import sys

import click


class Refused(Exception):
    """Nobody agreed, or it must not be done; the message says what to do."""


def agree(question: str, *, yes: bool) -> None:
    """Return when somebody agrees. Raises Refused otherwise, also where nobody is there to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("nobody is here to agree, so nothing was done; run it again with --yes")
    if not click.confirm(question, err=True):
        raise Refused("nothing was done")
