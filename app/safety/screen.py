"""Finds risk in what a person wrote, without network or model: the first rail, and the last one standing.

Patterns propose, the classifier decides: it knows what they found, how far each can be trusted, and the other words.
The words are only looked at: nothing is stored or logged, and a verdict names the rule that was met.
"""

from typing import cast

from app.core.types import RiskLevel, Verdict
from app.safety.classifier import load_classifier, signs_of
from app.safety.normalise import normalise
from app.safety.pattern_files import load_patterns
from app.safety.pattern_screen import NOTHING, screen_by_patterns

EVEN = 0.0
"""Log-odds at which a text is as likely harmless as not. A pattern's finding stands from here; words alone need the
classifier's own threshold, which is higher."""

DENIED = 1.0
"""What the threshold rises by where a pattern found a denial or an idiom."""


def screen_user(text: str) -> Verdict:
    """Return the level of risk in `text` and the rule that found it (`file:id`, or `weights:level` for the
    classifier); "none" and "" for nothing.
    """
    tokens, found = read_user(text)
    classifier = load_classifier("risk")
    odds, level = classifier.weigh(tokens, signs(found))
    if odds <= needed(found, classifier.threshold):
        return NOTHING
    if is_risk(found) and (found.level != "third_party" or level == "third_party"):
        return found
    return Verdict(cast(RiskLevel, level), f"weights:{level}")


def needed(found: Verdict, threshold: float) -> float:
    """Return the log-odds from which a text alarms, given what the patterns found."""
    if is_risk(found):
        return EVEN
    return threshold if found == NOTHING else threshold + DENIED


def is_risk(found: Verdict) -> bool:
    """Whether the patterns found something that no denial or idiom covers."""
    return found.level != "none"


def read_user(text: str) -> tuple[tuple[str, ...], Verdict]:
    """Return the words of a text, and what the patterns find."""
    tokens = normalise(text, load_patterns().lexicon)
    return tokens, screen_by_patterns(tokens)


def signs(found: Verdict) -> tuple[str, ...]:
    """Return what the classifier is told of the patterns' finding, be it a risk or a denial."""
    return () if found == NOTHING else signs_of(found.level, found.rule)
