"""Rules about plain text: what to take out, where a sentence ends, how to make words speakable.

Nothing here knows personas or channels.
"""

import re
import unicodedata

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNUSABLE = re.compile(  # controls, lone surrogates, private use, noncharacters
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]"
)

_SENTENCE_END = re.compile(
    r"""[.!?\u2026\u061f\u06d4]+["'\u201c\u201d\u2018\u2019\u00ab\u00bb\u203a)\]*_]*(?=\s|$|[\u2600-\u27bf\U0001f000-\U0001faff])
    |[\u3002\uff01\uff1f\u0964]+["'\u201d\u2019\u300d\u300f\uff09)]*""",
    re.VERBOSE,
)
_ABBREVIATION = re.compile(r"""(?:^|[\s("'\u201c\u2018])(?:Dr|Mr|Mrs|Ms|St|Prof|vs|etc|e\.g|i\.e|[A-HJ-Z])\.$""")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d{1,3}\.$")
_CUT_NUMBER = re.compile(r"\d\.$")  # "Take 1." may have been "Take 1.5 mg"

_LINK = re.compile(r"!?\[([^\]\n]{1,300})\]\([^)\s]{1,2000}\)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\u3000-\uffef]*[^\s<>\u3000-\uffef.,;:!?]", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_BULLET = re.compile(r"^[ \t]*(?:[-*+\u2022]|#{1,6}|>)[ \t]+", re.MULTILINE)
_MARKS = re.compile(r"(?<!\w)[*_`~]+|[*_`~]+(?!\w)|[|{}\[\]\\]+")  # not within 5*3 or x_y
_VISIBLE_LEFTOVERS = re.compile("[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_SPACES = re.compile(r"\s+")


def clean(text: str, max_characters: int | None = None) -> str:
    """Return the text without control characters, lone surrogates and the rest that breaks UTF-8 or a log line.

    Every kind of line break becomes a new line; tabs stay. Cut at max_characters, stripped of outer spaces.
    """
    return _UNUSABLE.sub("", _LINE_BREAK.sub("\n", text[:max_characters])).strip()


def whole_sentences(text: str) -> str:
    """Return the text up to its last finished sentence, empty when none is finished.

    The text is taken to be cut anywhere: a number and a point at its very end may be half of a decimal.
    """
    end = 0
    for match in _SENTENCE_END.finditer(text):
        before = text[max(0, match.end() - 12) : match.end()]
        is_open = match.end() == len(text) and _CUT_NUMBER.search(before)
        if not (is_open or _ABBREVIATION.search(before) or _LIST_NUMBER.search(before)):
            end = match.end()
    return text[:end].strip()


def shorten(text: str, max_bytes: int) -> str:
    """Return the text cut to max_bytes of UTF-8, at a sentence if there is one, else at a word, else anywhere.

    Raises ValueError if max_bytes is negative.
    """
    if max_bytes < 0:
        raise ValueError(f"max_bytes is {max_bytes}; it must be 0 or more")
    encoded = text.encode()
    if len(encoded) <= max_bytes:
        return text
    piece = encoded[:max_bytes].decode(errors="ignore")
    return whole_sentences(piece) or piece.rpartition(" ")[0].rstrip() or piece


def speakable(text: str) -> str:
    """Return the text as a voice can say it: no markup, emoji or links, on one line.

    A text of nothing else is returned as it is: a voice that says "thumbs up" is better than silence.
    """
    words = _URL.sub("", _LINK.sub(r"\1", text))
    words = _BULLET.sub("", _TAG.sub(" ", words))
    words = _VISIBLE_LEFTOVERS.sub("", _MARKS.sub("", words))
    spoken = "".join(character for character in words if unicodedata.category(character) not in {"So", "Sk", "Cf"})
    return _tidy_spaces(spoken) if any(map(str.isalnum, spoken)) else text


def _tidy_spaces(text: str) -> str:
    return re.sub(r"\s+([.,;:!?])", r"\1", _SPACES.sub(" ", text)).strip()
