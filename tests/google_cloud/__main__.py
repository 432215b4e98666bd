"""Serve it until Ctrl-C, to try setup_agent without an account: python -m tests.google_cloud [PORT]."""

import sys
import threading
from contextlib import suppress

import click

from tests.google_cloud.cloud import serving
from tests.google_cloud.seeds import PROJECT


def main() -> None:
    """Say what to set, and wait."""
    with serving(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as cloud:
        click.echo(f'In another terminal: export DIALOGFLOW_EMULATOR_HOST={cloud.address}; the project is "{PROJECT}".')
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
