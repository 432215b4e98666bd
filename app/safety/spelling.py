"""What a badly written word was meant to be: typos, leet, look-alike letters, stars, stretched and glued words.

A reading is taken only when it is a word that the patterns use, so ordinary words, names and other alphabets stay
as they are, and one text has one reading. No word lists here: they come from the pattern files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.safety.characters import LEET, LEET_L, LOOKALIKES

MAX_WORD = 40
"""Longer words are left alone: nobody writes them, and every mend below is then bounded work."""

LONGEST_PIECE = 14

STRETCHED = re.compile(r"(.)\1\1")
REPEATED = re.compile(r"(.)\1+")
MASKS = re.compile(r"[*#%•_\-]+")
STEM = re.compile(r"kill|kil?my|suicid|die|dead|alive|myself|umbringen|matar")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words that the patterns use, and what leads to them.

    `mends`: misspelling -> word or words. `squeezed`: word without doubled letters -> word.
    `masked`: words that people hide behind stars.
    """

    words: frozenset[str]
    mends: Mapping[str, str]
    squeezed: Mapping[str, str]
    masked: tuple[str, ...]


def mend(word: str, lexicon: Lexicon) -> str | None:
    """Return the word or words (joined by spaces) that `word` stands for; None when it is nothing that we know."""
    if word in lexicon.words:
        return word
    if len(word) > MAX_WORD:
        return None
    for reading in readings(word):
        if reading in lexicon.words:
            return reading
        if reading in lexicon.mends:
            return lexicon.mends[reading]
        if STRETCHED.search(reading) and (found := lexicon.squeezed.get(squeeze(reading))):
            return found
    return unmask(word, lexicon) or unglue(word, lexicon)


def readings(word: str) -> Iterator[str]:
    """Yield `word` as written, then with look-alikes and leet read as the letters that they resemble."""
    yield word
    if word.isascii() and word.isalpha():
        return
    is_short_foreign = len(word) < 4 and not any(c.isascii() for c in word)  # a Russian pronoun is no English word
    latin = word if is_short_foreign else word.translate(LOOKALIKES)
    yield latin
    if any(c.isalpha() for c in latin):
        yield latin.translate(LEET)
        yield latin.translate(LEET_L).translate(LEET)


def squeeze(word: str) -> str:
    """Return `word` with every run of one letter shortened to that letter."""
    return REPEATED.sub(r"\1", word)


def unmask(word: str, lexicon: Lexicon) -> str | None:
    """Read `su*cide` and `k**l`: one letter for each sign, at least two letters left to see."""
    letters = len(MASKS.sub("", word))
    if letters < 2 or letters == len(word):
        return None
    shape = re.compile("".join("." if MASKS.match(c) else re.escape(c) for c in word))
    return next((known for known in lexicon.masked if shape.fullmatch(known)), None)


def unglue(word: str, lexicon: Lexicon) -> str | None:
    """Read `killmyself` and `iwanttodie`; only for words around a stem that matters."""
    return segment(word, lexicon.words) if len(word) > 6 and STEM.search(word) else None


def segment(letters: str, words: frozenset[str]) -> str | None:
    """Cut `letters` into as few known words as possible; None when something is left over.

    Words of one letter do not count, but for `i`: else everything can be cut. Time grows with the length only.
    """
    fewest: list[tuple[int, int] | None] = [(0, 0)]  # for each end: how many words, and where the last one starts
    for end in range(1, len(letters) + 1):
        starts = range(max(0, end - LONGEST_PIECE), end)
        counts = ((before[0] + 1, start) for start in starts if (before := fewest[start]) is not None)
        fewest.append(min((c for c in counts if is_piece(letters[c[1] : end], words)), default=None))
    return join_pieces(letters, fewest)


def is_piece(piece: str, words: frozenset[str]) -> bool:
    """Whether glued words may be cut so."""
    return piece in words and (len(piece) > 1 or piece == "i")


def join_pieces(letters: str, fewest: list[tuple[int, int] | None]) -> str | None:
    """Walk back from the end through the starts that `segment` found."""
    pieces: list[str] = []
    end = len(letters)
    while end:
        last = fewest[end]
        if last is None:
            return None
        pieces.append(letters[last[1] : end])
        end = last[1]
    return " ".join(reversed(pieces)) or None


def misspellings(word: str) -> Iterator[str]:
    """Yield the common slips: two letters swapped, one left out, one doubled. The first letter stays."""
    for i in range(1, len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if len(word) < 5:
        return
    for i in range(1, len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[: i + 1] + word[i] + word[i + 1 :]


def build_lexicon(
    words: Iterable[str], spellings: Mapping[str, str], masked: Iterable[str], real: Iterable[str]
) -> Lexicon:
    """Return the lexicon; `spellings` win over computed slips, earlier `words` over later ones.

    `real` words are never taken for a slip.
    """
    ordered = tuple(words)
    known = frozenset(ordered)
    kept = known | frozenset(real)
    mends: dict[str, str] = {}
    for word in (w for w in ordered if len(w) > 3 and w.isascii() and w.isalpha()):
        for slip in misspellings(word):
            if slip not in kept:
                mends.setdefault(slip, word)
    mends.update(spellings)
    squeezed: dict[str, str] = {}
    for word in ordered:
        squeezed.setdefault(squeeze(word), word)
    return Lexicon(known, mends, squeezed, tuple(masked))
