"""The command: connect a Dialogflow agent to the webhook, try whether it answers, go back."""

import click

from scripts.agents.commands import cx_command, es_command, test_command

_EPILOG = """\b
Backups are kept in .data/agents. Exit code: 0 done, 1 the answer is no, 2 used wrongly.

\b
example:
  python -m scripts.setup_agent es --project my-project --webhook-url https://my-app.up.railway.app/webhook
  python -m scripts.setup_agent test es --project my-project
"""


@click.group(epilog=_EPILOG, commands=(es_command, cx_command, test_command))
def main() -> None:
    """Set up a Dialogflow agent, ES or CX, for the webhook; test it; go back to a backup."""


if __name__ == "__main__":
    main()
