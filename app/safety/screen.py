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


def screen_user(text: str) -> Verdict:
    """Return the level of risk in `text` and the rule that found it (`file:id`, or `weights:level` for the
    classifier); "none" and "" for nothing.
    """
    tokens = normalise(text, load_patterns().lexicon)
    found = screen_by_patterns(tokens)
    if is_risk(found) and found.level != "third_party":
        return found
    classifier = load_classifier("risk")
    odds, level = classifier.weigh(tokens)
    if is_risk(found) and (level == "third_party" or odds <= classifier.threshold):
        return found
    is_denied = found != NOTHING and not is_risk(found)
    needed = classifier.threshold + (DENIED if is_denied else 0.0)
    return Verdict(cast(RiskLevel, level), f"weights:{level}") if odds > needed else NOTHING


def is_risk(found: Verdict) -> bool:
    """Whether the patterns found something that no denial or idiom covers."""
    return found.level != "none"
