"""The reply screen of serving for a million answers: each sentence meets only the rules that could match it.

The verdict is that of app.safety.output.screen_reply; a test holds the two together.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import ahocorasick

from app.safety.fold import fold
from app.safety.output import judge_reply, rules_for
from app.safety.rules import Rule, matches, sentences
from scripts.dataset.building.literals import Need, needs_of


class Sieve:
    """Finds the rules of which a sentence holds all needs, in one pass over it, however many rules there are."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        needs = [needs_of(rule.find) for rule in rules]
        self._always = {number for number, of_rule in enumerate(needs) if not of_rule}
        self._count = [len(of_rule) for of_rule in needs]
        self._words = _automaton(needs)

    def awake(self, sentence: str) -> Iterator[Rule]:
        """Yield the rules that may match, in their order."""
        met = {place for _, places in self._words.iter(sentence) for place in places}
        counts: dict[int, int] = {}
        for rule, _ in met:
            counts[rule] = counts.get(rule, 0) + 1
        awake = self._always.union(rule for rule, count in counts.items() if count == self._count[rule])
        return (self._rules[number] for number in sorted(awake))


def refused_by(answer: str, is_companion: bool) -> str:
    """Return the name of the rule for which an answer is refused, empty when it may be sent."""
    finding = judge_reply(answer, _first_rule(answer, is_companion), is_companion)
    return "" if finding is None else finding.rule


def _first_rule(answer: str, is_companion: bool) -> Rule | None:
    awake = _sieve(is_companion).awake
    found = (rule for sentence in sentences(fold(answer)) for rule in awake(sentence) if matches(rule, sentence))
    return next(found, None)


@cache
def _sieve(is_companion: bool) -> Sieve:
    return Sieve(rules_for(is_companion))


def _automaton(needs: Sequence[Sequence[Need]]) -> ahocorasick.Automaton:
    """Return what finds every needed text; its values are (rule, number of the need)."""
    places: dict[str, list[tuple[int, int]]] = {}
    for rule, of_rule in enumerate(needs):
        for number, need in enumerate(of_rule):
            for text in sorted(need):
                places.setdefault(text, []).append((rule, number))
    words = ahocorasick.Automaton()
    for text, of_text in places.items():
        words.add_word(text, tuple(of_text))
    words.make_automaton()
    return words
