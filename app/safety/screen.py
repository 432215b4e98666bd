"""Finds risk in what a person wrote, without network or model: the first rail, and the last one standing.

What a pattern finds stands, for plain words must not depend on what is said around them. Where the patterns are silent,
the classifier weighs all words; and it may say that what looks like concern for somebody else is the writer's own risk.
The words are only looked at: nothing is stored or logged, and a verdict names the rule that was met.
"""

from typing import cast

from app.core.types import RiskLevel, Verdict
from app.safety.classifier import load_classifier
from app.safety.normalise import normalise
from app.safety.pattern_files import load_patterns
from app.safety.pattern_screen import NOTHING, screen_by_patterns

DENIED = 4.0
"""What the classifier's threshold rises by where a pattern found a denial or an idiom."""

UNLIKELY = 1.5
"""What it rises by for words to nobody's companion: a candidate or a customer is seldom at risk, and the words of many
trades are new to the classifier. What a pattern finds stands for everybody."""


def screen_user(text: str, is_companion: bool = True) -> Verdict:
    """Return the level of risk in `text` and the rule that found it (`file:id`, or `weights:level` for the
    classifier); "none" and "" for nothing. `is_companion` is said of the persona that is spoken to.
    """
    tokens = normalise(text, load_patterns().lexicon)
    found = screen_by_patterns(tokens)
    if is_risk(found) and found.level != "third_party":
        return found
    classifier = load_classifier("risk")
    odds, level = classifier.weigh(tokens)
    needed = classifier.threshold + (0.0 if is_companion else UNLIKELY)
    if is_risk(found):
        is_own = level != "third_party" and odds > needed
        return Verdict(cast(RiskLevel, level), f"weights:{level}") if is_own else found
    needed += 0.0 if found == NOTHING else DENIED
    return Verdict(cast(RiskLevel, level), f"weights:{level}") if odds > needed else NOTHING


def is_risk(found: Verdict) -> bool:
    """Whether the patterns found something that no denial or idiom covers."""
    return found.level != "none"
