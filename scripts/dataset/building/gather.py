"""First reading: what the source gives is cleaned, judged and put on the spool; nothing has its split yet."""

import json
import math
from array import array
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from scripts.dataset.building.clean import clean
from scripts.dataset.building.duplicates import Seen, first_question, spoken
from scripts.dataset.building.ledger import Ledger
from scripts.dataset.building.redact import redact
from scripts.dataset.building.review import find_concern, review_line
from scripts.dataset.building.shape import Limits, shape
from scripts.dataset.building.split import Units
from scripts.dataset.building.spool import Spool
from scripts.dataset.sketches import Sketch, sketch, table_of
from scripts.dataset.types import Conversation, Finding, Report
from scripts.dataset.words import number_of, words_of
from scripts.progress import Step
from scripts.sources.discovery import Source


@dataclass(frozen=True)
class Intake:
    """What is read, and by which rules it is judged. `licence` stands for every conversation's own, when given."""

    source: Source
    options: Any
    files: tuple[Path, ...]
    licence: str
    limits: Limits
    is_companion: bool
    has_memory: bool
    approved: frozenset[str]


class Rows:
    """What is remembered of each conversation on the spool, in columns: 170 bytes each."""

    def __init__(self) -> None:
        self.questions = array("Q")
        self.answers = array("Q")
        self.scores = array("d")
        self.groups = array("Q")
        self._sketches = bytearray()
        self._question_sketches = bytearray()

    def add(self, conversation: Conversation) -> None:
        """Add a conversation: (user, assistant, ...)."""
        question = number_of(first_question(conversation))
        group = number_of(f"group {conversation.source} {conversation.group}") if conversation.group else 0
        self.questions.append(question)
        self.answers.append(number_of(" ".join(words_of(conversation.messages[1].text))))
        self.scores.append(math.nan if conversation.score is None else conversation.score)
        self.groups.append(group)
        self._sketches += sketch([*spoken(conversation, "user"), *spoken(conversation, "assistant")]).tobytes()
        self._question_sketches += sketch(words_of(conversation.messages[0].text)).tobytes()

    def __len__(self) -> int:
        return len(self.questions)

    @cached_property
    def units(self) -> Units:
        """What belongs together; asked for when all rows are there."""
        return Units(self.questions, self.groups)

    @property
    def sketches(self) -> Sketch:
        """Of all words, a row a conversation."""
        return table_of(self._sketches)

    @property
    def question_sketches(self) -> Sketch:
        """Of the user's first words."""
        return table_of(self._question_sketches)


@dataclass(slots=True)
class Counts:
    """How many conversations the source gave, by file name, and how many wait for a person's review, by level.

    `parts` is how many more there are because some were taken apart; `approved` are the ids that came back.
    """

    read: dict[str, int] = field(default_factory=dict)
    reviewed: dict[str, int] = field(default_factory=dict)
    parts: int = 0
    approved: set[str] = field(default_factory=set)


def gather(intake: Intake, spool: Spool, rows: Rows, ledger: Ledger, review: IO[str], step: Step) -> Counts:
    """Read all files onto the spool; write what a person must read to `review`, and everything else to the ledger."""
    counts = Counts()
    seen = Seen()
    for path in intake.files:
        counts.read.setdefault(path.name, 0)
        for raw in _read(intake, path, ledger.at("source")):
            counts.read[path.name] += 1
            step()
            judged = _judge(raw, intake, seen, ledger)
            if judged is None or _set_aside(judged, intake, counts, ledger, review):
                continue
            for conversation in _parts(judged, intake, counts, seen, ledger):
                spool.append(conversation)
                rows.add(conversation)
    _name_strangers(intake.approved - counts.approved, ledger.at("review"))
    return counts


def _name_strangers(ids: Set[str], report: Report) -> None:
    for name in sorted(ids):
        fix = "take the ids from review.jsonl; one changes when the words do"
        report(Finding("warning", "approved_unknown", name, "no conversation that waits for review has this id", fix))


def _read(intake: Intake, path: Path, report: Report) -> Iterator[Conversation]:
    """Yield what the source gives. Places name the file without its folder: the output must not depend on it."""
    folder = f"{path.parent}/"

    def report_place(finding: Finding) -> None:
        report(replace(finding, where=finding.where.removeprefix(folder)))

    for raw in intake.source.load(path, report_place, intake.options):
        yield replace(raw, where=raw.where.removeprefix(folder), licence=intake.licence or raw.licence)


def _judge(raw: Conversation, intake: Intake, seen: Seen, ledger: Ledger) -> Conversation | None:
    shaped = shape(clean(raw, ledger.at("clean")), intake.limits, ledger.at("clean"))
    if shaped is None:
        return None
    redacted = redact(shaped, ledger.at("redact"))
    return None if _is_known(redacted, seen, ledger) else redacted


def _is_known(conversation: Conversation, seen: Seen, ledger: Ledger) -> bool:
    if not seen.has(conversation):
        return False
    said = "the same words, case and spaces aside, stand further up"
    ledger.at("duplicates")(Finding("error", "exact_duplicate", conversation.where, said))
    return True


def _set_aside(conversation: Conversation, intake: Intake, counts: Counts, ledger: Ledger, review: IO[str]) -> bool:
    """Write a conversation that must be read first to the review file, unless its id is approved."""
    concern = find_concern(conversation, intake.is_companion)
    if concern is None:
        return False
    if conversation.id in intake.approved:
        said = f"{concern.rule}: approved by a person, trained on"
        ledger.at("review")(Finding("info", "approved", conversation.where, said))
        counts.approved.add(conversation.id)
        return False
    counts.reviewed[concern.level] = counts.reviewed.get(concern.level, 0) + 1
    review.write(json.dumps(review_line(conversation, concern), ensure_ascii=False) + "\n")
    return True


def _parts(
    conversation: Conversation, intake: Intake, counts: Counts, seen: Seen, ledger: Ledger
) -> Iterator[Conversation]:
    """Yield the conversation; for a persona without memory each exchange alone, as that is all its model will see."""
    messages = conversation.messages
    if intake.has_memory or len(messages) == 2:
        yield conversation
        return
    said = "each exchange stands alone, as this persona remembers nothing"
    ledger.at("clean")(Finding("info", "taken_apart", conversation.where, said))
    counts.parts += len(messages) // 2 - 1
    for number in range(0, len(messages), 2):
        name = f"{conversation.id}.{number // 2 + 1}"
        part = replace(conversation, id=name, messages=messages[number : number + 2])
        if not _is_known(part, seen, ledger):
            yield part
