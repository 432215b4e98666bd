"""The answers that no training has seen: the test split of a folder of scripts.build_dataset, or the validation rows
of scripts.prepare_data, each named by its manifest. A file that changed since its manifest was written is refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import ContentError
from app.core.manifest import PromptManifest, parse_manifest
from app.core.persona import Persona
from app.core.prompt import DEFAULT_HISTORY_TOKENS
from app.core.types import Exchange
from scripts.dataset.files import sha256
from scripts.dataset.folders import MARK
from scripts.dataset.lines import read_lines
from scripts.evaluation.types import BadInput, Item

_CHAT = "chat_test.jsonl"
_ROLES = ("user", "assistant")
_HOW = "build one with python -m scripts.build_dataset, and name its folder with --data"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A dataset's held-out answers. `manifest_sha256` stands for all of the dataset; `files` is name -> SHA-256."""

    prompt: PromptManifest
    language: str
    history_tokens: int
    manifest_sha256: str
    files: Mapping[str, str]
    items: Sequence[Item]


def read_held_out(path: Path, persona: Persona) -> HeldOut:
    """Read a dataset: its folder, or the `*.manifest.json` of scripts.prepare_data. Raises BadInput, ContentError."""
    place = path / MARK if path.is_dir() else path
    manifest = _manifest(place)
    prompt = parse_manifest(place.name, manifest)
    files = {str(file.get("name") or file.get("file")): str(file["sha256"]) for file in manifest.get("files", [])}
    name = _CHAT if _CHAT in files else _validation(manifest, place)
    file = place.with_name(name)
    if not file.is_file() or sha256(file) != files[name]:
        raise BadInput(f"{file} is not what {place} says; build the dataset again")
    lines = [(f"{name}:{line.number}", line.value) for line in read_lines(file) if line.value is not None]
    items = [item for where, line in lines for item in _items(where, line, prompt, persona)]
    if not items:
        raise BadInput(f"{file} holds no answers to compare with; bring more conversations, or choose another --split")
    language, tokens = str(manifest.get("language", "")), int(manifest.get("history_tokens", DEFAULT_HISTORY_TOKENS))
    return HeldOut(prompt, language, tokens, sha256(place), files, items)


def _manifest(place: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{place} is not there: no dataset; {_HOW}") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{place} is not readable as a manifest ({error}); {_HOW}") from error
    if not isinstance(manifest, dict):
        raise ContentError(f"manifest {place.name}: is no JSON object")
    return manifest


def _validation(manifest: Mapping[str, Any], place: Path) -> str:
    """Return the second file of scripts.prepare_data, which is held back when it splits."""
    files = manifest.get("files", [])
    if manifest.get("tool") != "scripts.prepare_data" or len(files) < 2:
        raise BadInput(f"{place} names no held-out answers; {_HOW}")
    return str(files[1]["file"])


def _items(where: str, line: Mapping[str, Any], prompt: PromptManifest, persona: Persona) -> Iterator[Item]:
    if "messages" in line:
        yield from _from_chat(where, line["messages"], persona)
    else:
        user = line["prompt"].removesuffix(prompt.separator).strip()
        reference = line["completion"].strip().removesuffix(prompt.end.strip()).strip()
        yield Item(where, "held_out", where, user, reference=reference)


def _from_chat(where: str, messages: Sequence[Mapping[str, Any]], persona: Persona) -> Iterator[Item]:
    """Yield the learned answers of a conversation, each with what was said before it."""
    spoken = [message for message in messages if message["role"] in _ROLES]
    pairs = [(user, answer) for user, answer in zip(spoken[::2], spoken[1::2], strict=False)]
    history: list[Exchange] = []
    shown = {(example.user, example.assistant) for example in persona.examples}
    for number, (user, answer) in enumerate(pairs, start=1):
        exchange = Exchange(user["content"], answer["content"])
        if not history and (exchange.user, exchange.reply) in shown:
            continue
        if answer.get("weight", 1):
            yield Item(f"{where}#{number}", "held_out", where, exchange.user, tuple(history), exchange.reply)
        history.append(exchange)
