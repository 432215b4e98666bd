"""Our way from a file of tweets to training lines: every rule of scripts/sources/tweets.py, every prompt as the server's.

As a process of its own: python -m scripts.bench_datasets.chat_lines TWEETS OUT
"""

import json
from pathlib import Path

import click

from app.core.persona import Persona
from app.core.prompt import build_prompt
from app.core.types import Exchange
from app.personas import load_personas
from scripts.dataset.files import whole_file
from scripts.dataset.types import Conversation
from scripts.sources.tweets import load


@click.command()
@click.argument("tweets", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def main(tweets: Path, out: Path) -> None:
    """Write a chat line for each conversation in TWEETS to OUT, through the prompt that the server sends."""
    click.echo(write_lines(tweets, out))


def write_lines(tweets: Path, out: Path) -> int:
    """Write the lines and return how many there are."""
    persona = load_personas()["support"].model_copy(update={"examples": ()})  # as it is trained: without shown examples
    count = 0
    with whole_file(out) as file:
        for conversation in load(tweets):
            file.write(_line(persona, conversation))
            count += 1
    return count


def _line(persona: Persona, conversation: Conversation) -> str:
    texts = [message.text for message in conversation.messages]
    history = [Exchange(user, reply) for user, reply in zip(texts[:-2:2], texts[1:-2:2], strict=True)]
    prompt = build_prompt(persona, history, texts[-2])
    messages = [{"role": message.role, "content": message.text} for message in prompt.messages]
    messages.append({"role": "assistant", "content": texts[-1]})
    return json.dumps({"messages": messages}, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
