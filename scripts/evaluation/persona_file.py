"""One line of a persona's file: `model = "..."`. Comments, order and line ends of the rest stay as they are."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import ContentError
from scripts.dataset.files import write_whole_bytes

_MODEL = re.compile(r"""(\s*model\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*')(.*)""", re.DOTALL)
_NAME = re.compile(r"\s*name\s*=")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a file: its new content, and the one line that differs, as it was and as it will be."""

    path: Path
    content: bytes
    before: str | None
    after: str | None

    def make(self) -> None:
        """Put it in place, whole or not at all."""
        write_whole_bytes(self.path, self.content)

    def diff(self) -> str:
        """Return the line as in a diff."""
        lines = (("-", self.before), ("+", self.after))
        return "\n".join(f"{sign}{line.strip()}" for sign, line in lines if line is not None)


def change_model(path: Path, model: str | None) -> Change:
    """Return the change that gives a persona's file this model, None to take the line out. Writes nothing.

    Each way is tried until the file, read as TOML, differs in nothing but `model`: a line of that look may stand inside
    the instructions. Raises ContentError when none is found.
    """
    content = path.read_bytes()
    text = content.decode("utf-8-sig")
    mark = content[: len(content) - len(text.encode())]
    wanted = {key: value for key, value in tomllib.loads(text).items() if key != "model"}
    if model is not None:
        wanted["model"] = model
    for lines, before, after in _ways(text.splitlines(keepends=True), model):
        if _is(lines, wanted):
            return Change(path, mark + "".join(lines).encode(), before, after)
    raise ContentError(f"{path}: no line of its own for model was found; write model = {json.dumps(model)} by hand")


def _ways(lines: list[str], model: str | None) -> Iterator[tuple[list[str], str | None, str | None]]:
    """Yield (lines, former line, new line): the line changed or taken out, else one added, best under the name."""
    value = json.dumps(model, ensure_ascii=False)
    for place, line in enumerate(lines):
        if found := _MODEL.fullmatch(line):
            new = None if model is None else f"{found[1]}{value}{found[3]}"
            yield [*lines[:place], *([] if new is None else [new]), *lines[place + 1 :]], line, new
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    added = f"model = {value}{end}"
    for place in sorted(range(1, len(lines) + 1), key=lambda place: (not _NAME.match(lines[place - 1]), place)):
        if lines[place - 1].endswith("\n"):
            yield [*lines[:place], added, *lines[place:]], None, added


def _is(lines: list[str], wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads("".join(lines)) == wanted
    except tomllib.TOMLDecodeError:
        return False
