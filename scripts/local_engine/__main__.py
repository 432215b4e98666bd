"""The command: serve the local model until told to stop.

python -m scripts.local_engine --port 8090
"""

import os
import signal
import threading
from pathlib import Path

import click

from scripts.local_engine.server import start_server
from scripts.local_engine.weights import MODEL_ID, WeightsError, fetch_weights

DEFAULT_FOLDER = Path(__file__).parents[2] / ".data" / "models"


@click.command(
    epilog="Example: python -m scripts.local_engine --port 8090, then OPENAI_BASE_URL=http://127.0.0.1:8090/v1"
)
@click.option("--port", default=8090, show_default=True, help="Port on 127.0.0.1; 0 takes any free one.")
@click.option("--folder", default=DEFAULT_FOLDER, type=Path, help="Where the model is kept.  [default: .data/models]")
def main(port: int, folder: Path) -> None:
    """Serve the local model on 127.0.0.1, speaking OpenAI's API.

    The first line on stdout is the base URL. Callers must send LOCAL_ENGINE_API_KEY as their key when it is set.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        server = start_server(fetch_weights(folder), MODEL_ID, port, os.environ.get("LOCAL_ENGINE_API_KEY"))
    except (WeightsError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{server.listening_address}/v1")
    stopped.wait()


if __name__ == "__main__":
    main()
