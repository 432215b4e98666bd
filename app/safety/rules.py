"""Patterns as data: read from TOML with named terms, compiled once, tried sentence by sentence.

Used for what we say (output/) and for plain questions (honesty/). A sentence is cut at 400 characters and gaps in the
patterns are bounded, so time grows with the length of a text and not with its square.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import ContentError
from app.safety.tables import read_table, text_at

_TERM = re.compile(r"<([a-z_]+)>")
_SENTENCE_END = re.compile(r"(?<=[.;])(?<!\bst\.)(?<!\bdr\.)\s+|(?<=[!?。\n])\s*")
_QUOTED = re.compile(r'"[^"]*"')
_WINDOW = 400
_OVERLAP = 100
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. `kind` is its table in the file, `name` is language.kind.id and may be logged.

    `unless` excuses a sentence that `find` matched. `own_words` leaves out what stands in double quotes.
    """

    name: str
    kind: str
    find: re.Pattern[str]
    unless: re.Pattern[str] | None
    own_words: bool


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Read a file of rules: `[terms]`, then `[[kind]]` tables with id, find and maybe unless, own_words.

    `<term>` in a pattern stands for the alternatives of that term. Raises ContentError naming file, rule and fault.
    """
    table = read_table(path)
    name = f"{path.parent.name}/{path.name}"
    terms = table.get("terms", {})
    rules: list[Rule] = []
    for kind, rows in table.items():
        if kind == "terms":
            continue
        if not isinstance(rows, list):
            raise ContentError(f"safety {name}: key {kind!r} must be written as [[{kind}]]")
        rules.extend(_rule(row, kind, path.stem, terms, name) for row in rows)
    return tuple(rules)


def sentences(folded: str) -> Iterator[str]:
    """Yield the sentences of a folded text with their end marks, none longer than 400 characters."""
    for sentence in _SENTENCE_END.split(folded):
        if sentence:
            yield from _windows(sentence)


def matches(rule: Rule, sentence: str) -> bool:
    """Say whether the rule finds something in the sentence that it does not excuse."""
    words = _QUOTED.sub('""', sentence) if rule.own_words else sentence
    return rule.find.search(words) is not None and (rule.unless is None or rule.unless.search(words) is None)


def _windows(sentence: str) -> Iterator[str]:
    yield sentence[:_WINDOW]
    for start in range(_WINDOW - _OVERLAP, len(sentence) - _OVERLAP, _WINDOW - _OVERLAP):
        yield sentence[start : start + _WINDOW]


def _rule(row: Mapping[str, Any], kind: str, language: str, terms: Mapping[str, Any], file: str) -> Rule:
    rule_id = text_at(row, "id", f"{file} {kind}")
    name = f"{language}.{kind}.{rule_id}"
    if unknown := set(row) - {"id", "find", "unless", "own_words"}:
        raise ContentError(f"safety {file}: rule {name}: key {min(unknown)!r} is not known")
    unless = row.get("unless")
    return Rule(
        name=name,
        kind=kind,
        find=_compiled(text_at(row, "find", f"{file} {name}"), terms, f"{file} {name}"),
        unless=None if unless is None else _compiled(unless, terms, f"{file} {name}"),
        own_words=row.get("own_words", False) is True,
    )


def _compiled(pattern: str, terms: Mapping[str, Any], where: str) -> re.Pattern[str]:
    expanded = pattern
    for _ in range(_DEEPEST):
        if not _TERM.search(expanded):
            break
        expanded = _TERM.sub(lambda match: f"(?:{text_at(terms, match[1], where)})", expanded)
    try:
        return re.compile(expanded)
    except re.error as error:
        raise ContentError(f"safety {where}: not a regular expression: {error}") from error
