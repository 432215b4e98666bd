"""Turns one entry of a pattern file into a regular expression and the words that wake it. Reads no files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from app.core.errors import ContentError
from app.core.types import RiskLevel
from app.safety.normalise import unify_letters
from app.safety.notation import Choice, Node, Word, needs, parse, to_regex, width, words_of

LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
MAX_WIDTH = 40
"""The most words that a pattern may cover; the screen's windows overlap by as many."""

LETTERS = 3

PATTERN_KEYS = frozenset({"id", "level", "pattern", "unless", "speaker"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. `rule` is file:id; `needs` are sets of words, one of each of which a match holds.

    `search` and `unless` are regular expressions for `compiled`: most are never needed, and all take a second.
    """

    rule: str
    level: RiskLevel
    search: str
    unless: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    own_words: frozenset[str] | None = None
    """For a speaker: the words by which the writer takes over again (I, my); None for every other pattern."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The words of a language that say who is spoken of, and those too common to start a search."""

    frequent: frozenset[str]
    others: frozenset[str]
    first_person: frozenset[str]
    mine: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Frame":
        """Read the frame of one file."""
        return cls(
            *(
                frozenset(unify_letters(data.get(key, "")).split())
                for key in ("frequent", "others", "first_person", "mine")
            )
        )

    def breaks(self, level: RiskLevel) -> list[str]:
        """Return the words that no gap of a pattern of this level crosses."""
        first = self.first_person if level in ("none", "third_party") else frozenset()
        others = self.others if level != "third_party" else frozenset()
        return sorted(first | others)


class Compiler:
    """Compiles the patterns of one file; gathers the words that they are made of."""

    def __init__(self, name: str, classes: Mapping[str, Choice], frame: Frame, unless: Mapping[str, str]) -> None:
        self.name = name
        self.classes = classes
        self.frame = frame
        self.unless = unless
        self.words: set[str] = set()

    def compile(self, entry: Mapping[str, Any]) -> list[tuple[Pattern, frozenset[Word]]]:
        """Return the pattern, one for each of its branches, with the words that wake it.

        Raises ContentError naming file and id.
        """
        where = f"{self.name}: {entry.get('id', 'a pattern without id')}"
        check_keys(entry, PATTERN_KEYS, where)
        try:
            level = LEVELS[LEVELS.index(entry["level"])]
            tree = self.parse(entry["pattern"])
            guards = [text for text in (entry.get("unless"), self.unless.get(level)) if text]
            breaks = self.frame.breaks(level)
            unless = tuple(to_search(self.parse(text), breaks) for text in guards)
            rule = f"{self.name[:-5]}:{entry['id']}"
            own_words = self.frame.first_person | self.frame.mine if entry.get("speaker") else None
            compiled_branches = []
            for branch in branches(tree):
                wake, *rest = self.needs(branch)
                pattern = Pattern(rule, level, to_search(branch, breaks), unless, plain(rest), own_words)
                compiled_branches.append((pattern, wake))
            return compiled_branches
        except KeyError as error:
            raise ContentError(f"patterns {where}: {error} is missing") from error
        except ValueError as error:
            raise ContentError(f"patterns {where}: {error}") from error

    def parse(self, text: str) -> Choice:
        """Parse one pattern and remember its words."""
        tree = parse(text, self.classes)
        if width(tree) > MAX_WIDTH:
            raise ValueError(f"covers up to {width(tree)} words; {MAX_WIDTH} is the most")
        self.words |= {word.text for word in words_of(tree) if not word.is_prefix}
        return tree

    def needs(self, tree: Choice) -> list[frozenset[Word]]:
        """Return what a match of one branch must hold, the words that wake it first."""
        found = needs(tree.options[0], self.frame.frequent)
        if not found:
            raise ValueError("every item in it may be missing; add a word that may not")
        if any(word.is_prefix and len(word.text) < LETTERS for word in found[0]):
            raise ValueError(f"it is woken by the beginning of a word; that needs {LETTERS} letters")
        return found


def branches(tree: Choice) -> Iterator[Choice]:
    """Yield the alternatives of the whole pattern: each is woken by fewer words than all of them together."""
    for option in tree.options:
        only = option[0] if len(option) == 1 else None
        if isinstance(only, Choice) and not only.is_optional:
            yield from branches(only)
        else:
            yield Choice((option,))


def plain(sets: Iterable[frozenset[Word]]) -> tuple[frozenset[str], ...]:
    """Return the sets of whole words; beginnings of words cannot be looked up, so sets with them are left out."""
    return tuple(frozenset(w.text for w in words) for words in sets if not any(w.is_prefix for w in words))


def to_search(tree: Node, breaks: Sequence[str]) -> str:
    """Return the expression for the tree, with the space before its first word: a plain start is found faster."""
    return " " + to_regex(tree, breaks)


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """Return the compiled expression of a pattern or a guard; each is compiled once, when it is first woken."""
    return re.compile(expression)


def check_keys(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    """Refuse keys that nothing reads: a misspelt `unless` would be a guard that never holds."""
    for key in sorted(table.keys() - known):
        raise ContentError(f'patterns {where}: key "{key}" is not known; known are {", ".join(sorted(known))}')
