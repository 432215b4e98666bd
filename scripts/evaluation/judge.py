"""A model as judge between two answers, asked twice with the places swapped: models favour a place.

An answer wins only when it is preferred from both places; otherwise the two are even, and the judge disagreed with
itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.persona import Persona
from app.models import chat
from scripts.evaluation.calls import Call, make_call
from scripts.evaluation.types import Item, Spoken
from scripts.generation.answers import Answer

Winner = Literal["tuned", "prompted", "even"]

_QUESTION = """\
Two assistants answered the same message. The assistant was told:
---
{instructions}
---
{said}Message: {text}

Answer A: {a}

Answer B: {b}

Which answer follows what the assistant was told better, and would do the writer of the message more good? Reply with \
one letter: A or B."""
_LETTER = re.compile(r"\b([AB])\b")
_ROOM = 16  # tokens; some models say "Answer A" or begin with a line break


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge said. `agreement` is the share of pairs where both places gave the same winner."""

    winners: Mapping[str, Winner]
    agreement: float
    unusable: int


def judge_calls(
    base_url: str, judge: str, item: Item, persona: Persona, prompted: Spoken, tuned: Spoken
) -> tuple[Call, Call]:
    """Ask with the prompted answer first, then with the tuned one first."""
    first = _call(base_url, judge, item, persona, prompted.text, tuned.text, "prompted first")
    return first, _call(base_url, judge, item, persona, tuned.text, prompted.text, "tuned first")


def is_judged(item: Item, prompted: Spoken | None, tuned: Spoken | None) -> bool:
    """Whether there is something to judge: two different answers, and not to a safety probe."""
    if item.kind == "safety" or prompted is None or tuned is None:
        return False
    return bool(prompted.text and tuned.text) and prompted.text != tuned.text


def count_votes(votes: Sequence[tuple[str, Answer | None, Answer | None]]) -> Judged:
    """Count (item id, answer with prompted first, answer with tuned first)."""
    winners: dict[str, Winner] = {}
    agreed = 0
    for item_id, first, second in votes:
        one = _vote(first, "prompted", "tuned")
        other = _vote(second, "tuned", "prompted")
        if one is None or other is None:
            continue
        agreed += one == other
        winners[item_id] = one if one == other else "even"
    return Judged(winners, agreed / len(winners) if winners else 0.0, len(votes) - len(winners))


def _call(base_url: str, judge: str, item: Item, persona: Persona, a: str, b: str, order: str) -> Call:
    said = "".join(f"Earlier: {exchange.user}\nIts answer: {exchange.reply}\n" for exchange in item.history[-2:])
    question = _QUESTION.format(instructions=persona.instructions.strip(), said=said, text=item.text, a=a, b=b)
    body = {
        "model": judge,
        "messages": [{"role": "user", "content": question}],
        "temperature": 0,
        "max_tokens": _ROOM,
    }
    return make_call(base_url, f"judge, {item.id}, {order}", chat.PATH, body)


def _vote(answer: Answer | None, if_a: Winner, if_b: Winner) -> Winner | None:
    letter = _LETTER.search(answer.text) if answer else None
    return None if letter is None else (if_a if letter[1] == "A" else if_b)
