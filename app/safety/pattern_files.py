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

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from app.core.errors import ContentError
from app.safety.normalise import unify_letters
from app.safety.notation import Choice, Word, parse
from app.safety.pattern_compiler import LETTERS, Compiler, Frame, Pattern, check_keys
from app.safety.spelling import Lexicon, build_lexicon

LOADING = Lock()
FOLDER = Path(__file__).with_name("patterns")
FILE_KEYS = frozenset({"frequent", "others", "first_person", "mine", "spelling", "words", "unless", "pattern"})


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns, and what wakes them: whole words, and beginnings of words under their first three letters."""

    by_word: Mapping[str, tuple[Pattern, ...]]
    by_letters: Mapping[str, tuple[tuple[str, Pattern], ...]]
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class PatternFile:
    """One file, read: its patterns with their trigger words, and what it adds to the lexicon."""

    patterns: tuple[tuple[Pattern, frozenset[Word]], ...]
    words: frozenset[str]
    spellings: Mapping[str, str]
    masked: tuple[str, ...]
    real: tuple[str, ...]


def load_patterns(folder: Path = FOLDER) -> Patterns:
    """Return the patterns of every file in `folder`; read on the first call only, which takes over half a second.

    Call it once at the start, so that no turn waits for it. Raises ContentError naming file and pattern.
    """
    with LOADING:  # else the first turns of eight threads would all read, and none would be in time
        return read_folder(folder)


@cache
def read_folder(folder: Path) -> Patterns:
    """Read, once."""
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
    """Read one file. Raises ContentError."""
    data = parse_toml(path)
    check_keys(data, FILE_KEYS, path.name)
    classes = read_classes(data.get("words", {}), path.name)
    compiler = Compiler(path.name, classes, Frame.of(data), data.get("unless", {}))
    entries = data.get("pattern", [])
    patterns = tuple(branch for entry in entries for branch in compiler.compile(entry))
    refuse_twins([entry["id"] for entry in entries], path.name)
    spelling = {key: unify_letters(text).split() for key, text in data.get("spelling", {}).items()}
    masked, real = tuple(spelling.pop("masked", ())), tuple(spelling.pop("real", ()))
    spellings = {wrong: unify_letters(right) for right, wrongs in spelling.items() for wrong in wrongs}
    return PatternFile(patterns, frozenset(compiler.words) | set(masked), spellings, masked, real)


def parse_toml(path: Path) -> dict[str, Any]:
    """Return the file's tables."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContentError(f"patterns {path.name}: not readable as TOML: {error}") from error


def refuse_twins(ids: Iterable[str], name: str) -> None:
    """Refuse an id that is there twice: nobody could tell which of the two a log line means."""
    for name_of_pattern, times in Counter(ids).items():
        if times > 1:
            raise ContentError(f"patterns {name}: {name_of_pattern}: this id is there {times} times")


def read_classes(table: Mapping[str, str], name: str) -> dict[str, Choice]:
    """Parse the word classes in the order of the file."""
    classes: dict[str, Choice] = {}
    for key, text in table.items():
        try:
            classes[key] = parse(text, classes)
        except ValueError as error:
            raise ContentError(f"patterns {name}: class {key}: {error}") from error
    return classes
