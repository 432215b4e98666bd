"""The subcommands of setup_agent: es, cx, test."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from app.core.errors import ConfigError, ContentError
from app.core.persona import Persona
from app.personas import SHIPPED, load_personas
from app.settings import Settings, read_settings
from scripts.agents.clients import GLOBAL, Access, AgentError, Kind, open_access
from scripts.agents.connecting import Manner, Outcome, connect, go_back
from scripts.agents.cx_agent import read_cx
from scripts.agents.errors import ADMIN, READER, google_errors
from scripts.agents.sides import Side, cx_side, es_side
from scripts.agents.smoke import Tried, try_cx, try_es
from scripts.agents.wish import BadWish, make_wish
from scripts.agreement import Refused
from scripts.launch import read_environment

_ROLE = "It needs the role roles/dialogflow.admin; a first `gcloud auth application-default login` gives credentials."
_ES_EXAMPLE = f"""\b
{_ROLE}

\b
example:
  python -m scripts.setup_agent es --project my-project --webhook-url https://my-app.up.railway.app/webhook --dry-run"""
_CX_EXAMPLE = f"""\b
{_ROLE}

\b
example:
  python -m scripts.setup_agent cx --project my-project --agent joy --location europe-west3 --persona joy --dry-run"""
_TEST_EXAMPLE = """\b
It needs the role roles/dialogflow.client, for CX by name also roles/dialogflow.reader.

\b
example:
  python -m scripts.setup_agent test es --project my-project"""
_SENTENCE = "This is a short test of the connection."
_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")  # "Creating and managing projects" (read 2026-11)

Command = TypeVar("Command", bound=Callable[..., Any])
Found = TypeVar("Found")


def _check_project(_: click.Context, __: click.Parameter, project: str) -> str:
    if not _PROJECT.fullmatch(project.rpartition(":")[2]):
        raise click.BadParameter(
            f'"{project}" is no project id: those have 6 to 30 small letters, digits and hyphens, and are not the '
            "project's name or number; gcloud projects list shows them"
        )
    return project


_project_option = click.option("--project", required=True, callback=_check_project, help="Google Cloud project id.")
_location_option = click.option(
    "--location", default=GLOBAL, show_default=True, help="The agent's region, such as europe-west1."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _set_up_options(command: Command) -> Command:
    """Add the options that es and cx share."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    options = (
        _project_option,
        _location_option,
        click.option("--webhook-url", metavar="URL", help="https://YOUR-HOST/webhook.  [default: WEBHOOK_URL]"),
        click.option("--persona", help="Who answers: a file of app/personas.  [default: DEFAULT_PERSONA]"),
        click.option("--restore", type=file, metavar="FILE", help="Go back to a backup instead."),
        click.option("--dry-run", is_flag=True, help="Show the plan and change nothing."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        _json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("es", epilog=_ES_EXAMPLE)
@_set_up_options
def es_command(project: str, location: str, **rest: Any) -> None:
    """Connect the project's Dialogflow ES agent to the webhook.

    Shows what is and what will be, asks, keeps a backup in .data/agents, writes. The credentials are those of .env.
    What is right already is left alone, so it may be run again at any time.
    """
    with _told_errors():
        access = open_access(project, location, _environment())
        _run(access, es_side(access), f"{project}-es", **rest)


@click.command("cx", epilog=_CX_EXAMPLE)
@click.option("--agent", required=True, metavar="ID|NAME", help="The agent's id or display name.")
@_set_up_options
def cx_command(project: str, location: str, agent: str, **rest: Any) -> None:
    """Connect a Dialogflow CX agent to the webhook.

    Shows what is and what will be, asks, keeps a backup in .data/agents, writes. The credentials are those of .env,
    with WEBHOOK_ID_TOKEN_EMAIL a token of Dialogflow's service agent. The timeout follows CX_DEADLINE_S.
    """
    with _told_errors():
        access = open_access(project, location, _environment())
        _run(access, cx_side(access, agent), f"{project}-cx", **rest)


@click.command("test", epilog=_TEST_EXAMPLE)
@click.argument("kind", type=click.Choice(["es", "cx"]))
@_project_option
@_location_option
@click.option("--agent", metavar="ID|NAME", help="CX: the agent's id or display name.")
@click.option("--text", default=_SENTENCE, show_default=True, help="What to say: something no intent knows.")
@click.option("--language", default="en", show_default=True, help="The sentence's language.")
@_json_option
def test_command(
    kind: Kind, project: str, location: str, agent: str | None, text: str, language: str, as_json: bool
) -> None:
    """Say one sentence to the live agent and check that the webhook answered it.

    Exit code 1 when it did not, with the reason. It costs what one turn costs.
    """
    with _told_errors():
        access = open_access(project, location, _environment())
        tried = _try(kind, access, agent, text, language)
    if as_json:
        click.echo(json.dumps(tried.record(), ensure_ascii=False, indent=2))
    elif not tried.problem:
        click.echo(f'The webhook answered in {tried.took_ms} ms, for "{tried.matched}": {tried.answer}')
    if tried.problem:
        raise click.ClickException(tried.problem)


def _try(kind: Kind, access: Access, agent: str | None, text: str, language: str) -> Tried:
    if kind == "es":
        return try_es(access, text, language)
    if not agent:
        raise click.UsageError("CX needs --agent, the agent's id or display name")
    return try_cx(access, read_cx(access, agent, READER).name, text, language)


def _run(
    access: Access,
    side: Side[Found],
    label: str,
    *,
    webhook_url: str | None,
    persona: str | None,
    restore: Path | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    manner = Manner(label, dry_run, yes, as_json)
    with google_errors(access, side.kind, ADMIN):
        if restore is not None:
            outcome = go_back(side, restore, manner)
        else:
            settings = _settings()
            wish = make_wish(side.kind, webhook_url, _persona(persona, settings), settings)
            outcome = connect(side, wish, manner)
    _show(outcome, as_json=as_json)


def _show(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome.record(), ensure_ascii=False, indent=2))


def _environment() -> Mapping[str, str]:
    return read_environment(Path(".env"), os.environ)


def _settings() -> Settings:
    """Return the server's settings; which model it asks does not matter here, so none need be set."""
    return read_settings(openai_base_url="http://127.0.0.1:1/v1")


def _persona(name: str | None, settings: Settings) -> Persona:
    personas = load_personas(settings.personas_dir or SHIPPED)
    wanted = name or settings.default_persona
    if wanted not in personas:
        raise BadWish(f'no persona "{wanted}"; there are {", ".join(sorted(personas))}')
    return personas[wanted]


@contextmanager
def _told_errors() -> Iterator[None]:
    try:
        yield
    except BadWish as error:
        raise click.UsageError(str(error)) from error
    except (AgentError, ConfigError, ContentError, Refused) as error:
        raise click.ClickException(str(error)) from error
