"""The notation of the pattern files, and its translation to regular expressions over normalised words.

    word        that word                     {name}      a class of the file: any of its alternatives
    wou?rd      with or without that letter   (a b|c)     either of them
    word~       any word that starts so       (a b)? {c}? the bracket may be missing
    _ .. ...    one, up to 3, up to 6 words   ^  $        start, end of the sentence

A gap never crosses the end of a sentence nor one of the file's `breaks` (words that change who is spoken of).
Every repetition is bounded, so a match costs a bounded amount for each word of the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.safety.normalise import unify_letters

SYMBOL = re.compile(r"\.{2,3}|[{}()|?^$]|[^\s{}()|?^$.]+(?:\?[^\s{}()|?^$.]*)*")
ODD = re.compile(r"[^\w\u0900-\u097f]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or the beginning of one."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """From `least` to `words` words of any kind."""

    words: int
    least: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """The start or the end of a sentence."""

    at_start: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences; or none of them when it is optional."""

    options: tuple["Sequence[Node]", ...]
    is_optional: bool = False


GAPS = {"_": Gap(1, least=1), "..": Gap(3), "...": Gap(6)}
Node = Word | Gap | Edge | Choice
Classes = Mapping[str, Choice]


def parse(pattern: str, classes: Classes) -> Choice:
    """Return the tree of `pattern`. Raises ValueError saying what is wrong with it."""
    symbols = SYMBOL.findall(pattern)
    tree, rest = parse_choice(symbols, classes)
    if rest:
        raise ValueError(f'"{rest[0]}" closes nothing')
    return tree


def parse_choice(symbols: list[str], classes: Classes) -> tuple[Choice, list[str]]:
    """Read alternatives up to the end or a closing bracket; return them and what is left."""
    options: list[list[Node]] = [[]]
    while symbols and symbols[0] != ")":
        if symbols[0] == "|":
            options.append([])
            symbols = symbols[1:]
        elif symbols[0] == "?":
            options[-1].append(optional(options[-1]))
            symbols = symbols[1:]
        else:
            node, symbols = parse_item(symbols, classes)
            options[-1].append(node)
    if not all(options):
        raise ValueError("an alternative is empty")
    return Choice(tuple(tuple(option) for option in options)), symbols


def optional(before: list[Node]) -> Choice:
    """Take the last item off `before` and return it as one that may be missing."""
    if not before or isinstance(before[-1], Gap | Edge):
        raise ValueError('"?" follows nothing that may be missing')
    return Choice(((before.pop(),),), is_optional=True)


def parse_item(symbols: list[str], classes: Classes) -> tuple[Node, list[str]]:
    """Read one item; return it and what is left."""
    first, rest = symbols[0], symbols[1:]
    if first == "(":
        inner, rest = parse_choice(rest, classes)
        if not rest:
            raise ValueError('"(" is never closed')
        return inner, rest[1:]
    if first == "{":
        if rest[1:2] != ["}"] or rest[0] not in classes:
            raise ValueError(f'no class "{{{rest[0] if rest else ""}}}" is defined above')
        return classes[rest[0]], rest[2:]
    if first in GAPS:
        return GAPS[first], rest
    if first in ("^", "$"):
        return Edge(first == "^"), rest
    return parse_word(first), rest


def parse_word(text: str) -> Node:
    """Read a word, a beginning of a word, a word with letters that may be missing, or a row of Chinese characters."""
    if "?" in text:
        before, after = text.split("?", 1)
        if len(before) == 1 and not after:
            return Choice(((parse_word(before),),), is_optional=True)
        return Choice(((parse_word(before + after),), (parse_word(before[:-1] + after),)))
    stem = text.removesuffix("~")
    words = unify_letters(stem).split()
    if not words or any(ODD.search(word) for word in words):
        raise ValueError(f'"{text}" is no word')
    if len(words) > 1:
        return Choice((tuple(Word(word) for word in words),))
    return Word(words[0], is_prefix=stem != text)


def to_regex(node: Node, breaks: Sequence[str]) -> str:
    """Return the expression for `node`; each word is followed by one space, as in the text it is searched in."""
    if isinstance(node, Word):
        return re.escape(node.text) + ("[^ ]* " if node.is_prefix else " ")
    if isinstance(node, Gap):
        stop = "|".join(re.escape(word) for word in breaks)
        ahead = f"(?!(?:{stop}) )" if stop else ""
        return f"(?:{ahead}[^ .?]+ ){{{node.least},{node.words}}}?"
    if isinstance(node, Edge):
        return "(?<=[.?] )" if node.at_start else "(?=[.?] )"
    body = "|".join("".join(to_regex(item, breaks) for item in option) for option in node.options)
    return f"(?:{body})" + ("?" if node.is_optional else "")


def words_of(node: Node) -> Iterator[Word]:
    """Yield every word of the tree."""
    if isinstance(node, Word):
        yield node
    elif isinstance(node, Choice):
        for option in node.options:
            for item in option:
                yield from words_of(item)


def width(node: Node) -> int:
    """Return the most words that `node` can cover."""
    if isinstance(node, Choice):
        return max(sum(width(item) for item in option) for option in node.options)
    return node.words if isinstance(node, Gap) else int(isinstance(node, Word))


def needs(option: Sequence[Node], frequent: frozenset[str]) -> list[frozenset[Word]]:
    """Return sets of words, rarest first: a match of `option` holds at least one word of each of them.

    They make the fast path: a text that lacks one of the sets needs no search.
    """
    found = [words for item in option if (words := need(item, frequent))]
    return sorted(found, key=lambda words: cost(words, frequent))


def need(node: Node, frequent: frozenset[str]) -> frozenset[Word] | None:
    """Return words of which every match of `node` holds at least one; None when there are none such."""
    if isinstance(node, Word):
        return frozenset({node})
    if not isinstance(node, Choice) or node.is_optional:
        return None
    words: set[Word] = set()
    for option in node.options:
        sets = needs(option, frequent)
        if not sets:
            return None
        words |= sets[0]
    return frozenset(words)


def cost(words: frozenset[Word], frequent: frozenset[str]) -> int:
    """Return how often a set of words would wake a pattern for nothing: frequent words weigh a hundred others."""
    return sum(100 if word.text in frequent else 1 for word in words)
