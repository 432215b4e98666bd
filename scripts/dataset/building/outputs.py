"""Second reading: every conversation that is of use becomes lines of the training files of its split."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from scripts.dataset.building.examples import Example, Style, chat_line, make_examples, preference_line, text_lines
from scripts.dataset.building.gather import Rows
from scripts.dataset.building.sift import Use
from scripts.dataset.building.split import SPLITS, Shares, SplitName
from scripts.dataset.building.spool import Spool
from scripts.dataset.building.tally import Tally
from scripts.dataset.files import whole_file
from scripts.dataset.tokens import count_messages, count_text
from scripts.dataset.types import Conversation
from scripts.progress import Step


class Outputs:
    """The open training files, chat and text for each split, and what was counted on the way."""

    def __init__(self, folder: Path, style: Style, model: str) -> None:
        self.tallies: Mapping[SplitName, Tally] = {split: Tally() for split in SPLITS}
        self._folder = folder
        self._style = style
        self._model = model

    def write(self, spool: Spool, rows: Rows, uses: bytearray, shares: Shares, step: Step) -> None:
        """Write all files; pairs only where there are any."""
        with ExitStack() as files:
            chat, text = (self._open(files, kind) for kind in ("chat", "text"))
            for row, conversation in enumerate(spool):
                step()
                if uses[row] == Use.LEARNED:
                    split = shares.place(rows.units.unit_of(row))
                    self._learn(conversation, self.tallies[split], chat[split], text[split])
        for split, lines in self._pairs(spool, rows, uses, shares).items():
            self.tallies[split].pairs = len(lines)
            with whole_file(self._folder / f"dpo_{split}.jsonl") as file:
                file.writelines(lines)

    def _open(self, files: ExitStack, kind: str) -> Mapping[SplitName, IO[str]]:
        return {split: files.enter_context(whole_file(self._folder / f"{kind}_{split}.jsonl")) for split in SPLITS}

    def _learn(self, conversation: Conversation, tally: Tally, chat: IO[str], text: IO[str]) -> None:
        tally.add(conversation)
        for example in make_examples(conversation, self._style):
            chat.write(_line(chat_line(example)))
            lines = list(text_lines(example, self._style))
            text.writelines(map(_line, lines))
            tally.answers += len(lines)
            tally.messages.append(len(example.messages) - self._style.head)
            tally.tokens.append(self._tokens(example, lines))

    def _tokens(self, example: Example, lines: Sequence[Mapping[str, str]]) -> int:
        """Return what training on the example costs, in the form in which the persona's model is asked."""
        if self._style.persona.format == "chat":
            return count_messages(example.messages, self._model).tokens
        return sum(count_text(line["prompt"] + line["completion"], self._model).tokens for line in lines)

    def _pairs(self, spool: Spool, rows: Rows, uses: bytearray, shares: Shares) -> Mapping[SplitName, list[str]]:
        lines: dict[SplitName, list[str]] = {}
        for better, worse in preference_rows(rows, uses):
            line = preference_line(spool.read(better), spool.read(worse), self._style)
            if line is not None:
                lines.setdefault(shares.place(rows.units.unit_of(better)), []).append(_line(line))
        return lines


def preference_rows(rows: Rows, uses: bytearray) -> Iterator[tuple[int, int]]:
    """Yield (better, worse) in each group: its best conversation beside each of a lower score, in the order read."""
    members: dict[int, list[int]] = {}
    for row, group in enumerate(rows.groups):
        if group and uses[row] and not math.isnan(rows.scores[row]):
            members.setdefault(group, []).append(row)
    for found in members.values():
        best = max(found, key=rows.scores.__getitem__)
        yield from ((best, row) for row in found if rows.scores[row] < rows.scores[best])


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
