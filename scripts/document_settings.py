"""Write the settings down: .env.example, and the table in the README, from the descriptions in app/settings.py.

python -m scripts.document_settings env > .env.example
"""

from collections.abc import Iterator
from typing import Any

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.settings import Settings

_SET_BY_RAILWAY = "Set by Railway."


@click.command(epilog="Example: python -m scripts.document_settings env > .env.example")
@click.argument("form", type=click.Choice(["env", "table"]))
def main(form: str) -> None:
    """Print the settings as an example .env file or as the README's table."""
    click.echo(env_example() if form == "env" else table())


def env_example() -> str:
    """Return the text of .env.example: every variable with its meaning, commented out where there is a default."""
    head = "# Copy to .env and fill in what you need; every line may stay as it is.\n"
    entries = (f"\n# {_meaning(field)}\n# {name}={_default(field)}" for name, field in variables())
    return head + "\n".join(entries)


def table() -> str:
    """Return the table of the README in Markdown."""
    rows = (f"| `{name}` | {_shown_default(field)} | {_meaning(field)} |" for name, field in variables())
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def variables() -> Iterator[tuple[str, FieldInfo]]:
    """Yield the name and definition of each variable that a person may set."""
    for name, field in Settings.model_fields.items():
        if field.description != _SET_BY_RAILWAY:
            yield name.upper(), field


def _meaning(field: FieldInfo) -> str:
    return str(field.description)


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None or isinstance(value, SecretStr):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown_default(field: FieldInfo) -> str:
    default = _default(field)
    return f"`{default}`" if default else ""


if __name__ == "__main__":
    main()
