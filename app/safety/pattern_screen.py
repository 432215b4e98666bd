"""The first half of the screen: patterns, that is, what we thought of, and what takes it back.

Every pattern of every language is tried on every sentence; what Dialogflow says of the language is not trusted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.core.types import Verdict
from app.safety.normalise import STOPS
from app.safety.pattern_compiler import LETTERS, LEVELS, MAX_WIDTH, Pattern, compiled
from app.safety.pattern_files import Patterns, load_patterns

NOTHING = Verdict("none", "")
STEP = MAX_WIDTH
"""Sentences longer than two steps are read in windows of two steps, one step apart; patterns are narrower than
a step, so none falls between two windows. Nothing is skipped, however long the text."""


Wakers = Mapping[str, tuple[Pattern, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Where in a window a pattern matched, in characters."""

    pattern: Pattern
    start: int
    end: int

    def touches(self, other: "Finding") -> bool:
        """Whether the two share a word."""
        return self.start < other.end and other.start < self.end

    def speaks_for(self, other: "Finding") -> bool:
        """Whether the other is the second half of this: "my brother says | I want to die"."""
        begins_before = self.start < other.start or (self.start == other.start and self.end > other.end)
        return begins_before and other.start < self.end

    def introduces(self, other: "Finding", line: str) -> bool:
        """Whether this names somebody else before the other, and the writer does not come in between."""
        between = line[min(self.end, other.start) : other.end].split()
        return self.start < other.start and not self.pattern.own_words.intersection(between)  # type: ignore[union-attr]


def screen_by_patterns(tokens: tuple[str, ...]) -> Verdict:
    """Return the highest level that a pattern finds, and the rule (`file:id`) that found it; NOTHING for nothing.

    A denial or an idiom takes away only the words that it covers, never a disclosure beside it; where it leaves
    nothing, the level is "none" and the rule is its own. Risk to another
    person counts when there is none to the writer. Time grows with the length of the text only.
    """
    wakers = find_wakers(tokens, load_patterns())
    best = NOTHING
    for window in dict.fromkeys(windows(tokens)):
        found = screen_window(window, wakers, best)
        best = found if best == NOTHING else max(best, found, key=rank)
    return best


def rank(verdict: Verdict) -> int:
    """Return how pressing a verdict is."""
    return LEVELS.index(verdict.level)


def windows(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield each sentence with a stop on both sides; long ones in overlapping parts."""
    for sentence in sentences(tokens):
        for start in range(0, max(1, len(sentence) - STEP), STEP):
            yield sentence[start : start + 2 * STEP]


def sentences(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the sentences, each between the stop before it and its own."""
    start = 0
    for end, token in enumerate((*tokens, ".")):
        if token in STOPS:
            if end > start:
                yield (".", *tokens[start:end], token)
            start = end + 1


def screen_window(tokens: tuple[str, ...], wakers: Wakers, best: Verdict) -> Verdict:
    """Judge one window; NOTHING also where no pattern could find more than what was found before, `best`."""
    woken = wake(tokens, wakers)
    if not any(is_risk(pattern) and LEVELS.index(pattern.level) > rank(best) for pattern in woken):
        return NOTHING
    line = " ".join(("", *tokens, ""))
    findings = list(find((p for p in woken if is_risk(p)), line))
    if not findings:
        return NOTHING
    return judge(findings, list(find((p for p in woken if not is_risk(p)), line)), line)


def is_risk(pattern: Pattern) -> bool:
    """Whether the pattern finds something: neither a shield nor a speaker."""
    return pattern.level != "none" and pattern.own_words is None


def find_wakers(tokens: Iterable[str], patterns: Patterns) -> Wakers:
    """Return the words of a text that wake patterns, with those patterns."""
    wakers = {}
    for token in frozenset(tokens):
        beginnings = patterns.by_letters.get(token[:LETTERS], ())
        woken = (*patterns.by_word.get(token, ()), *(p for beginning, p in beginnings if token.startswith(beginning)))
        if woken:
            wakers[token] = woken
    return wakers


def wake(tokens: Iterable[str], wakers: Wakers) -> tuple[Pattern, ...]:
    """Return the patterns all of whose needs are met by `tokens`, each once, in a fixed order."""
    words = dict.fromkeys(tokens)
    woken = {pattern.search: pattern for word in words if word in wakers for pattern in wakers[word]}
    return tuple(p for p in woken.values() if not any(map(words.keys().isdisjoint, p.needs)))


def find(patterns: Iterable[Pattern], line: str) -> Iterator[Finding]:
    """Yield where the patterns match, but for those whose guard is in the line too."""
    for pattern in patterns:
        search = compiled(pattern.search).search
        found = search(line)
        if found is None or any(compiled(guard).search(line) for guard in pattern.unless):
            continue
        while found is not None:
            yield Finding(pattern, found.start() + 1, found.end())
            found = search(line, found.end() - 1)  # the space behind a match is the one before the next


def judge(findings: list[Finding], context: list[Finding], line: str) -> Verdict:
    """Return the highest finding that no shield covers; one that a speaker introduces counts as somebody else's.

    When shields cover them all, the rule is that of the first shield.
    """
    shields = [c for c in context if c.pattern.level == "none"]
    others = [f for f in findings if f.pattern.level == "third_party"]
    speakers = [c for c in context if c.pattern.own_words is not None]
    verdict = NOTHING
    for finding in findings:
        shield = next((s for s in shields if s.touches(finding)), None)
        if shield is not None and verdict == NOTHING:
            verdict = Verdict("none", shield.pattern.rule)
        if shield is not None or any(o.speaks_for(finding) for o in others):
            continue
        is_reported = any(s.introduces(finding, line) for s in speakers)
        level = "third_party" if is_reported else finding.pattern.level
        verdict = max(verdict, Verdict(level, finding.pattern.rule), key=rank)
    return verdict
