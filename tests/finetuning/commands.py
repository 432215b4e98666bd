"""Running the finetune command in tests: in this process, or as one that can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from scripts.finetune import main
from tests.finetuning.server import Server

ROOT = Path(__file__).parents[2]


def example(number: int) -> str:
    """Return a line of chat to train on."""
    messages = [
        {"role": "user", "content": f"Question number {number}?"},
        {"role": "assistant", "content": f"Answer number {number}."},
    ]
    return json.dumps({"messages": messages}) + "\n"


def write_examples(path: Path, count: int = 12, first: int = 0) -> Path:
    """Write a training file."""
    path.write_text("".join(example(number) for number in range(first, first + count)), encoding="utf-8")
    return path


def run(server: Server | None, *words: str | Path, stdin: str | None = None) -> Result:
    """Run the command in this process; without a server, with no endpoint set."""
    environment = {"OPENAI_BASE_URL": server.base_url if server else "", "OPENAI_API_KEY": "key" if server else ""}
    return CliRunner(env={**environment, "MODEL": "", "PERSONAS_DIR": ""}).invoke(main, list(map(str, words)), stdin)


def start(server: Server, folder: Path, words: Sequence[str | Path]) -> "subprocess.Popen[str]":
    """Start the command as a process of its own, whose notes lie in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.finetune", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "key"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
