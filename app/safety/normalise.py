"""A person's text as plain words, whatever it was written with: the form in which the patterns are matched.

Pure. Finds nothing and judges nothing; the words that matter come in with the lexicon.
"""

import re
import unicodedata
from collections.abc import Iterator

from app.safety.characters import EMOJI, SIMPLIFIED
from app.safety.spelling import STRETCHED, Lexicon, mend, segment

STOPS = frozenset({".", "?"})
"""The two tokens that are no words: an end of a sentence, and the end of a question."""

APOSTROPHES = re.compile("['’‘`´ʼ＇]")
ACCENTS = re.compile("[\u0300-\u036f]+")
IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff"
BETWEEN_IDEOGRAPHS = re.compile(f"(?<=[{IDEOGRAPH}])[.·*_\\-/ ]+(?=[{IDEOGRAPH}])")
EACH_IDEOGRAPH = re.compile(f"([{IDEOGRAPH}])")
EMOJI_SIGN = re.compile("|".join(EMOJI))
INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]+"
)
"""Format characters (zero-width, bidirectional, soft hyphens), halves of broken characters, variation marks."""

PHRASES = {0xFDFA: " ", 0xFDFB: " "}  # one character that stands for up to 18: a text must not grow so
BOXED_LETTER = re.compile("[\U0001f150-\U0001f169\U0001f170-\U0001f189\U0001f1e6-\U0001f1ff]")
SPELLED_OUT = re.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*/]{1,3}[^\W_]){2,}(?![^\W_])")
WORD = re.compile("(?:[^\\W_]|[\u0900-\u0963\u0966-\u097f])+")
OUTER = " \t.,:;!?…\"“”„«»()[]{}<>~^=*_-–—/\\|。、《》「」।¿¡'"
END = re.compile("[.!?;。।]")


def normalise(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the words of `text` in order, with `.` and `?` where sentences end. Work grows with the length only.

    Words are casefolded, without accents and apostrophes (`don't` is `dont`), each Chinese character is a word,
    and what was hidden, stretched, spaced out or misspelt is the word that it stands for.
    """
    line = SPELLED_OUT.sub(lambda found: join_letters(found[0], lexicon), unify_letters(text))
    tokens: list[str] = []
    for chunk in line.split():
        if chunk.isalpha() and chunk.isascii():
            tokens.extend((mend_plain(chunk, lexicon) or chunk).split())
        else:
            tokens.extend(read_chunk(chunk, lexicon))
    return tuple(join_short_sentences(tokens))


def unify_letters(text: str) -> str:
    """Return `text` in one form of each letter: no case, width, accents, invisible marks, or boxed letters."""
    if text.isascii():
        return APOSTROPHES.sub("", text.casefold())
    text = INVISIBLE.sub("", text.translate(PHRASES))
    text = EMOJI_SIGN.sub(lambda found: f" {EMOJI[found[0]]} ", BOXED_LETTER.sub(unbox, text))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", ACCENTS.sub("", text)).translate(SIMPLIFIED)
    text = EACH_IDEOGRAPH.sub(r" \1 ", BETWEEN_IDEOGRAPHS.sub("", text))
    return APOSTROPHES.sub("", text)


def unbox(found: re.Match[str]) -> str:
    """Return the letter in a circle, a square or a flag."""
    code = ord(found[0])
    for first in (0x1F1E6, 0x1F170, 0x1F150):
        if code >= first:
            return chr(ord("a") + code - first)
    return found[0]


def join_letters(run: str, lexicon: Lexicon) -> str:
    """Read `k i l l  m y s e l f`; a run of letters that spells nothing stays as it is."""
    letters = "".join(WORD.findall(run))
    return mend(letters, lexicon) or segment(letters, lexicon.words) or run


def mend_plain(word: str, lexicon: Lexicon) -> str | None:
    """`mend` for a word of plain letters, short-cut: most words are short, known or not stretched."""
    if word in lexicon.words:
        return None
    if len(word) < 7 and not STRETCHED.search(word):
        return lexicon.mends.get(word)
    return mend(word, lexicon)


def read_chunk(chunk: str, lexicon: Lexicon) -> Iterator[str]:
    """Yield the words of one run of non-spaces, then the end of the sentence when it carries one."""
    word = chunk.strip(OUTER)
    whole = mend(word, lexicon) if word else None
    if whole is not None:
        yield from whole.split()
    else:
        yield from read_pieces(word, lexicon)
    tail = chunk[chunk.rfind(word) + len(word) :] if word else chunk
    if END.search(tail) and not tail.startswith(("..", "…")):
        yield "?" if "?" in tail else "."


def read_pieces(word: str, lexicon: Lexicon) -> Iterator[str]:
    """Yield the words of a chunk that holds signs within: `me.I`, `self-harm`, `and/or`."""
    end = 0
    for found in WORD.finditer(word):
        if END.search(word[end : found.start()]) and end:
            yield "."
        end = found.end()
        yield from (mend(found[0], lexicon) or found[0]).split()


def join_short_sentences(tokens: list[str]) -> Iterator[str]:
    """Drop the stops of `I. Want. To. Die.`: between two sentences of one word there is no end."""
    padded = [".", *tokens, ".", "."]
    for i in range(1, len(tokens) + 1):
        if padded[i] not in STOPS or i < 2 or padded[i - 2] not in STOPS or padded[i + 2] not in STOPS:
            yield padded[i]
