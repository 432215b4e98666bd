"""Our way from a file of tweets to training lines: all rules of scripts/sources/tweets.py, the server's own prompts."""

import json
from pathlib import Path

from app.core.persona import Persona
from app.core.prompt import build_prompt
from app.core.types import Exchange
from app.personas import load_personas
from scripts.dataset.files import whole_file
from scripts.dataset.types import Conversation
from scripts.sources.tweets import load

_encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make a new one for each line


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
    return _encode({"messages": messages}) + "\n"
