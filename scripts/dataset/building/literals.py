"""Which plain words a regular expression cannot match without, read from its parsed form.

Made for sieving: a text that lacks them need not be searched. It may ask for less than a pattern needs, never for more.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MOST = 200  # alternatives that are spelled out; beyond that a part counts as unknown
_UNKNOWN: frozenset[str] = frozenset()

Need = frozenset[str]
"""Every match holds at least one of these."""


def needs_of(pattern: re.Pattern[str]) -> tuple[Need, ...]:
    """Return what every match of the pattern holds, all of them; nothing for a pattern that ignores case."""
    if pattern.flags & re.IGNORECASE:
        return ()
    return tuple(_needs(parser.parse(pattern.pattern)))


def _needs(sequence: Iterable[Any]) -> Iterator[Need]:
    """Yield the needs of a sequence: its stretches of spelled-out text, and those of the parts between them."""
    stretch: Need = frozenset({""})
    for code, argument in sequence:
        spelled = _spell(code, argument)
        if spelled and len(stretch) * len(spelled) <= _MOST:
            stretch = frozenset(map("".join, product(stretch, spelled)))
            continue
        yield from _useful(stretch)
        stretch = spelled or frozenset({""})
        if not spelled:
            yield from _needs_of_part(code, argument)
    yield from _useful(stretch)


def _useful(need: Need) -> Iterator[Need]:
    if "" not in need:
        yield need


def _spell(code: Any, argument: Any) -> Need:
    """Return every text that a part can match, or _UNKNOWN; marks of place match the empty text."""
    if code is codes.LITERAL:
        return frozenset({chr(argument)})
    if code in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
        return frozenset({""})
    if code is codes.SUBPATTERN:
        return _UNKNOWN if argument[1] else _spell_sequence(argument[3])  # (?i:...) changes what letters mean
    if code is codes.BRANCH:
        return _union([_spell_sequence(choice) for choice in argument[1]])
    if code is codes.IN:
        return _union([_spell(*choice) if choice[0] is codes.LITERAL else _UNKNOWN for choice in argument])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[1] == 1:
        once = _spell_sequence(argument[2])
        return once | {""} if once and argument[0] == 0 else once
    return _UNKNOWN


def _spell_sequence(sequence: Sequence[Any]) -> Need:
    texts: Need = frozenset({""})
    for code, argument in sequence:
        spelled = _spell(code, argument)
        if not spelled or len(texts) * len(spelled) > _MOST:
            return _UNKNOWN
        texts = frozenset(map("".join, product(texts, spelled)))
    return texts


def _union(choices: Sequence[Need]) -> Need:
    """Return the texts of all choices, _UNKNOWN when one of them is unknown or they are too many."""
    if not all(choices) or sum(map(len, choices)) > _MOST:
        return _UNKNOWN
    return frozenset().union(*choices)


def _needs_of_part(code: Any, argument: Any) -> Iterator[Need]:
    """Yield the needs of a part that cannot be spelled out."""
    if code is codes.SUBPATTERN and not argument[1]:
        yield from _needs(argument[3])
    elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[0] > 0:
        yield from _needs(argument[2])
    elif code is codes.BRANCH:
        best = [max(_needs(choice), key=_rarity, default=_UNKNOWN) for choice in argument[1]]
        if all(best):
            yield frozenset().union(*best)


def _rarity(need: Need) -> tuple[int, int]:
    """Return how seldom a need is met by chance: by its shortest text, then by how few there are."""
    return min(map(len, need)), -len(need)
