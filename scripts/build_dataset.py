"""Build training files from a raw source: cleaned, redacted, checked, split, and everything that was changed listed.

python -m scripts.build_dataset chat_transcripts scripts/data/joy.yml --persona joy --out .data/joy
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from app.core.errors import ContentError
from app.core.persona import Persona
from app.core.prompt import DEFAULT_HISTORY_TOKENS
from app.personas import SHIPPED, load_personas
from scripts.dataset.building.build import Leakage, Plan, build
from scripts.dataset.building.examples import Style
from scripts.dataset.building.gather import Intake
from scripts.dataset.building.review import NoListOfIds, read_approved
from scripts.dataset.building.shape import Limits
from scripts.dataset.building.split import BadShares, read_shares
from scripts.dataset.building.summary import show
from scripts.dataset.cost import BadPrices
from scripts.dataset.folders import FolderInUse
from scripts.dataset.model_names import USUAL_CHAT_MODEL, USUAL_TEXT_MODEL
from scripts.sources.discovery import Source, discover
from scripts.sources.options import BadOption, describe_options, read_options

_USUAL_MODELS = {"chat": USUAL_CHAT_MODEL, "text": USUAL_TEXT_MODEL}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)

_EPILOG = """\b
Sources, with what --set may say of them:
{sources}

\b
example:
python -m scripts.build_dataset chat_transcripts scripts/data/joy.yml --persona joy --out .data/joy
"""


@dataclass(frozen=True)
class Asked:
    """What the command line says, by option."""

    files: tuple[Path, ...]
    persona: str
    personas: Path
    settings: tuple[str, ...]
    licence: str
    split: str
    seed: int
    near: float
    one_answer: bool
    max_answer_tokens: int | None
    with_examples: bool
    reviewed: Path | None
    language: str | None
    history_tokens: int
    form: str | None
    model: str | None


class _Command(click.Command):
    """Lists the sources in its help, which are looked for only when somebody asks."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.epilog = _EPILOG.format(sources="\n".join(map(_source_line, discover().values())))
        super().format_epilog(ctx, formatter)


@click.command(cls=_Command)
@click.argument("source", metavar="SOURCE")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option("--out", required=True, type=_FOLDER, help="Folder to write; replaced if this command made it.")
@click.option("--persona", default="joy", show_default=True, help="Whose prompt, limits and safety rules to use.")
@click.option("--personas", type=_FOLDER, default=SHIPPED, envvar="PERSONAS_DIR", help="Folder of persona files.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the source; repeatable.")
@click.option("--licence", default="", help="Licence of every conversation, instead of what the source says.")
@click.option("--split", default="80/10/10", show_default=True, help="Percent for train/validation/test.")
@click.option("--seed", default=0, show_default=True, help="Another seed gives another split.")
@click.option(
    "--near", type=click.FloatRange(0.5, 1), default=0.9, show_default=True, help="Near duplicate from this overlap on."
)
@click.option("--one-answer", is_flag=True, help="Keep one answer a question: the best scored, else the first.")
@click.option(
    "--max-answer-tokens", type=click.IntRange(0), help="Drop longer answers; 0: none. [default: as the persona]"
)
@click.option("--with-examples", is_flag=True, help="Show the persona's examples in each prompt; they are not learned.")
@click.option("--reviewed", type=_FILE, help="File of ids out of review.jsonl that a person approved, one a line.")
@click.option("--language", help="Language code that Dialogflow will send. [default: the persona's]")
@click.option(
    "--history-tokens",
    type=click.IntRange(0),
    default=DEFAULT_HISTORY_TOKENS,
    show_default=True,
    help="The server's HISTORY_TOKENS.",
)
@click.option(
    "--format", "form", type=click.Choice(["chat", "text"]), help="Kind of model to train. [default: the persona's]"
)
@click.option(
    "--model", help=f"Count tokens and price for this model. [default: the persona's, else {USUAL_CHAT_MODEL}]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest's counts as JSON.")
def main(source: str, out: Path, as_json: bool, **asked: Any) -> None:
    """Build chat, prompt/completion and preference files from FILEs in the raw format SOURCE.

    Every drop is in dropped.jsonl and every change in changes.jsonl, with file and line. Conversations that speak of
    danger are set aside in review.jsonl until a person approves them. Look at report.html before you train.
    """
    try:
        manifest = build(_plan(_source(source), Asked(**asked)), out)
    except (BadOption, BadShares, ContentError, BadPrices, FolderInUse, NoListOfIds) as error:
        raise click.UsageError(str(error)) from error
    except Leakage as leakage:
        for finding in leakage.findings:
            click.echo(f"{finding.where}: {finding.check}: {finding.message}; {finding.fix}")
        raise click.ClickException(str(leakage)) from leakage
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror}; nothing was written") from error
    if as_json:
        click.echo(json.dumps(manifest["counts"], indent=2, ensure_ascii=False))
    else:
        show(manifest, out)
    if not manifest["counts"]["train"]["examples"]:
        raise click.ClickException(f"nothing is left to train on; {_why_nothing(manifest['counts'], out)}")


def _why_nothing(counts: Mapping[str, Any], out: Path) -> str:
    if counts["read"] or counts["unreadable"]["total"]:
        return f"{out / 'report.html'} says why, with file and line"
    return "no conversation stands in the files"


def _source_line(source: Source) -> str:
    options = " ".join(describe_options(source))
    return f"  {source.NAME}: {source.DESCRIPTION}{f' ({options})' if options else ''}"


def _source(name: str) -> Source:
    sources = discover()
    if name not in sources:
        near = get_close_matches(name, sources, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(sources)}"
        raise click.UsageError(f'source "{name}" is not known; {hint}')
    return sources[name]


def _plan(source: Source, asked: Asked) -> Plan:
    persona = _persona(asked)
    model = asked.model or persona.model or _USUAL_MODELS[persona.format]
    most = persona.sampling.max_tokens if asked.max_answer_tokens is None else asked.max_answer_tokens or None
    return Plan(
        intake=Intake(
            source=source,
            options=read_options(source, asked.settings),
            files=asked.files,
            licence=asked.licence,
            limits=Limits(model, most),
            is_companion=persona.safety == "strict",
            has_memory=persona.memory,
            approved=read_approved(asked.reviewed) if asked.reviewed else frozenset(),
        ),
        style=Style(persona, asked.language or persona.default_language, asked.history_tokens),
        with_examples=asked.with_examples,
        shares=read_shares(asked.split, asked.seed),
        near=asked.near,
        one_answer=asked.one_answer,
        model=model,
    )


def _persona(asked: Asked) -> Persona:
    """Return the persona as it will be trained: with the kind of model and the shown examples that were asked for."""
    personas: Mapping[str, Persona] = load_personas(asked.personas)
    if asked.persona not in personas:
        raise click.UsageError(f'persona "{asked.persona}" is not known; known are {", ".join(personas)}')
    persona = personas[asked.persona]
    return persona.model_copy(
        update={
            "format": asked.form or persona.format,
            "examples": persona.examples if asked.with_examples else (),
        }
    )


if __name__ == "__main__":
    main()
