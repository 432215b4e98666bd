"""The command: serve the local model and train on it until told to stop.

python -m scripts.local_engine --port 8090
"""

import os
import signal
import threading
from pathlib import Path

import click

from scripts.local_engine.bases import find_base
from scripts.local_engine.children import ROOT
from scripts.local_engine.errors import EngineError
from scripts.local_engine.models import parse_names
from scripts.local_engine.serving import EngineSettings, running_engine
from scripts.local_engine.weights import WeightsError

_EPILOG = """\b
Then, for any program that uses the openai package: OPENAI_BASE_URL=http://127.0.0.1:8090/v1 OPENAI_API_KEY=local

\b
example:
  python -m scripts.local_engine --port 8090 --alias gpt-3.5-turbo=smollm2-135m
"""


@click.command(epilog=_EPILOG)
@click.option("--port", default=8090, show_default=True, help="Port on 127.0.0.1; 0 takes any free one.")
@click.option("--base", type=click.Path(path_type=Path), help="A GGUF file, or a folder with one.  [default: SmolLM2]")
@click.option("--alias", "pairs", multiple=True, metavar="NAME=MODEL", help="Another name for a model; repeatable.")
@click.option("--adapter", "brought", multiple=True, metavar="NAME=FILE", help="A LoRA GGUF to serve; repeatable.")
@click.option("--data", type=Path, help="Where files, jobs and tuned models are kept.  [default: .data/engine]")
@click.option("--folder", type=Path, help="Where the default model is kept.  [default: .data/models]")
@click.option("--threads", type=click.IntRange(1), help="Cores that training may use.  [default: all, at most 8]")
@click.option(
    "--api-key", envvar=["ENGINE_API_KEY", "LOCAL_ENGINE_API_KEY"], help="Callers must send it.  [env: ENGINE_API_KEY]"
)
def main(
    port: int,
    base: Path | None,
    pairs: tuple[str, ...],
    brought: tuple[str, ...],
    data: Path | None,
    folder: Path | None,
    threads: int | None,
    api_key: str | None,
) -> None:
    """Serve and fine-tune an open model on this machine, speaking OpenAI's API: files, uploads, fine-tuning jobs,
    models, chat and completions. The first line on stdout is the base URL.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        settings = EngineSettings(
            find_base(base, folder or ROOT / ".data" / "models"),
            (data or ROOT / ".data" / "engine").resolve(),
            port,
            parse_names(pairs),
            {name: Path(file).resolve() for name, file in parse_names(brought).items()},
            api_key,
            threads or min(os.cpu_count() or 1, 8),
        )
        with running_engine(settings) as base_url:
            click.echo(base_url)
            stopped.wait()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except (WeightsError, EngineError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
