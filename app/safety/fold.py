"""One spelling for text that patterns look at: what a reader takes for the same should compare as the same.

For our own replies and for plain questions ("are you human?"). It undoes accents and typography, not disguises:
leetspeak and spaced-out letters are the user's screen's business.
"""

import re
import unicodedata

_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u00b4`\u2032"
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_TABLE = str.maketrans({
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys(_INVISIBLE, None),
})  # fmt: skip
_BLANKS = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n[\s]*")


def fold(text: str) -> str:
    """Return text in NFKC, caseless, without accents and zero-width characters, with ' and " as only quotes.

    Blanks become one space; a line break stays a line break, because it ends a sentence. Folding twice changes nothing.
    """
    caseless = unicodedata.normalize("NFKC", text.translate(_TABLE)).casefold()
    letters = "".join(c for c in unicodedata.normalize("NFKD", caseless) if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFKC", letters).translate(_TABLE)
    return _BREAKS.sub("\n", _BLANKS.sub(" ", plain)).strip()
