"""Reads patterns/*.toml, once: what the screen of the user's words looks for, in every language at the same time.

A file holds
    frequent           words too common to start a search
    others             words that say "somebody else": no gap of a finding about the writer crosses them
    first_person, mine "I" and "my": no gap of a finding about somebody else crosses the former; see speaker for both
    [spelling]         word = "its misspellings"; `masked` = words hidden behind stars; `real` = never misspellings
    [words]            classes, in order: a class may use those above it
    [unless]           level = "pattern": findings of that level are dropped when it is in the same sentence
    [[pattern]]        id, level, pattern; optional unless, as above for this pattern alone
`speaker = true`: finds nothing itself; what follows it in the sentence, up to a word of the first person, is about
somebody else ("my brother says | life is not worth living").
A pattern of level "none" is a shield: findings of other levels that share a word with it are dropped.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from app.core.errors import ContentError
from app.core.types import RiskLevel
from app.safety.normalise import fold
from app.safety.notation import Choice, Node, Word, needs, parse, to_regex, width, words_of
from app.safety.spelling import Lexicon, build_lexicon

FOLDER = Path(__file__).with_name("patterns")
LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
MAX_WIDTH = 40
"""The most words that a pattern may cover; the screen's windows overlap by as many."""

LETTERS = 3

FILE_KEYS = frozenset({"frequent", "others", "first_person", "mine", "spelling", "words", "unless", "pattern"})
PATTERN_KEYS = frozenset({"id", "level", "pattern", "unless", "speaker"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern. `rule` is file:id; `needs` are sets of words, one of each of which a match holds."""

    rule: str
    level: RiskLevel
    search: re.Pattern[str]
    unless: tuple[re.Pattern[str], ...]
    needs: tuple[frozenset[str], ...]
    own_words: frozenset[str] | None = None
    """For a speaker: the words by which the writer takes over again (I, my); None for every other pattern."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns, and what wakes them: whole words, and beginnings of words under their first three letters."""

    by_word: Mapping[str, tuple[Pattern, ...]]
    by_letters: Mapping[str, tuple[tuple[str, Pattern], ...]]
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class PatternFile:
    """One file, read: its compiled patterns with their trigger words, and what it adds to the lexicon."""

    patterns: tuple[tuple[Pattern, frozenset[Word]], ...]
    words: frozenset[str]
    spellings: Mapping[str, str]
    masked: tuple[str, ...]
    real: tuple[str, ...]


@lru_cache(maxsize=4)
def load_patterns(folder: Path = FOLDER) -> Patterns:
    """Return the patterns of every file in `folder`; read and compiled on the first call only (about 0.3 s).

    Raises ContentError naming the file and the pattern that is wrong.
    """
    return combine([read_file(path) for path in sorted(folder.glob("*.toml"), key=english_first)])


def english_first(path: Path) -> tuple[bool, str]:
    """Sort key: a slip that may stand for words of two languages is read as the English one."""
    return path.stem != "en", path.name


def combine(files: Iterable[PatternFile]) -> Patterns:
    """Index the patterns of all files by their trigger words."""
    files = list(files)
    by_word: dict[str, list[Pattern]] = {}
    by_letters: dict[str, list[tuple[str, Pattern]]] = {}
    for pattern, words in (pair for file in files for pair in file.patterns):
        for word in words:
            if word.is_prefix:
                by_letters.setdefault(word.text[:LETTERS], []).append((word.text, pattern))
            else:
                by_word.setdefault(word.text, []).append(pattern)
    return Patterns(
        by_word={word: tuple(found) for word, found in by_word.items()},
        by_letters={letters: tuple(found) for letters, found in by_letters.items()},
        lexicon=combine_lexicon(files),
    )


def combine_lexicon(files: Iterable[PatternFile]) -> Lexicon:
    """One lexicon for all languages: the language of a text is not known, and often there is more than one."""
    words: dict[str, None] = {}
    spellings: dict[str, str] = {}
    masked: list[str] = []
    real: list[str] = []
    for file in files:
        words |= dict.fromkeys(sorted(file.words))
        spellings = dict(file.spellings) | spellings
        masked += file.masked
        real += file.real
    return build_lexicon(words, spellings, masked, real)


def read_file(path: Path) -> PatternFile:
    """Read and compile one file. Raises ContentError."""
    data = parse_toml(path)
    check_keys(data, FILE_KEYS, path.name)
    classes = read_classes(data.get("words", {}), path.name)
    compiler = Compiler(path.name, classes, Frame.of(data), data.get("unless", {}))
    patterns = tuple(compiler.compile(entry) for entry in data.get("pattern", []))
    spelling = {key: fold(text).split() for key, text in data.get("spelling", {}).items()}
    masked, real = tuple(spelling.pop("masked", ())), tuple(spelling.pop("real", ()))
    spellings = {wrong: fold(right) for right, wrongs in spelling.items() for wrong in wrongs}
    return PatternFile(patterns, frozenset(compiler.words) | set(masked), spellings, masked, real)


def parse_toml(path: Path) -> dict[str, Any]:
    """Return the file's tables."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContentError(f"patterns {path.name}: not readable as TOML: {error}") from error


def check_keys(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    """Refuse keys that nothing reads: a misspelt `unless` would be a guard that never holds."""
    for key in sorted(table.keys() - known):
        raise ContentError(f'patterns {where}: key "{key}" is not known; known are {", ".join(sorted(known))}')


def read_classes(table: Mapping[str, str], name: str) -> dict[str, Choice]:
    """Parse the word classes in the order of the file."""
    classes: dict[str, Choice] = {}
    for key, text in table.items():
        try:
            classes[key] = parse(text, classes)
        except ValueError as error:
            raise ContentError(f"patterns {name}: class {key}: {error}") from error
    return classes


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
            *(frozenset(fold(data.get(key, "")).split()) for key in ("frequent", "others", "first_person", "mine"))
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

    def compile(self, entry: Mapping[str, Any]) -> tuple[Pattern, frozenset[Word]]:
        """Return the pattern and its trigger words. Raises ContentError naming file and id."""
        where = f"{self.name}: {entry.get('id', 'a pattern without id')}"
        check_keys(entry, PATTERN_KEYS, where)
        try:
            level = LEVELS[LEVELS.index(entry["level"])]
            tree = self.parse(entry["pattern"])
            guards = [text for text in (entry.get("unless"), self.unless.get(level)) if text]
            breaks = self.frame.breaks(level)
            unless = tuple(to_search(self.parse(text), breaks) for text in guards)
            wake, *rest = self.needs(tree)
            rule = f"{self.name[:-5]}:{entry['id']}"
            own_words = self.frame.first_person | self.frame.mine if entry.get("speaker") else None
            pattern = Pattern(rule, level, to_search(tree, breaks), unless, plain(rest), own_words)
            return pattern, wake
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
        """Return what a match must hold, the words that wake the pattern first."""
        found = needs(tree.options[0] if len(tree.options) == 1 else (tree,), self.frame.frequent)
        if not found:
            raise ValueError("every item in it may be missing; add a word that may not")
        if any(word.is_prefix and len(word.text) < LETTERS for word in found[0]):
            raise ValueError(f"it is woken by the beginning of a word; that needs {LETTERS} letters")
        return found


def plain(sets: Iterable[frozenset[Word]]) -> tuple[frozenset[str], ...]:
    """Return the sets of whole words; beginnings of words cannot be looked up, so sets with them are left out."""
    return tuple(frozenset(w.text for w in words) for words in sets if not any(w.is_prefix for w in words))


def to_search(tree: Node, breaks: Sequence[str]) -> re.Pattern[str]:
    """Compile the tree so that it starts at the beginning of a word."""
    return re.compile("(?<![^ ])" + to_regex(tree, breaks))
