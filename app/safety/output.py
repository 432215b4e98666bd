"""Read the model's reply before the user does: what a companion must never say, whatever it was asked.

The patterns are in output/<language>.toml; all languages are tried on every reply, for a model may answer in another
language than it was asked in. A classifier weighs the words where no pattern speaks. What to say
instead is replies.safe_instead. Whether a user is at risk is not asked here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.safety.classifier import load_classifier
from app.safety.fold import fold
from app.safety.normalise import normalise
from app.safety.pattern_files import load_patterns
from app.safety.rules import Rule, load_rules, matches, sentences
from app.safety.tables import FOLDER, languages_in

_SHORTEST_SECRET = 6  # letters and digits; anything shorter would be found by chance

# What only matters between a companion and who confides in it; a support desk may well speak of a prescription.
_COMPANIONS_ONLY = frozenset({"contract", "diagnosis", "medication", "minimising", "only_me", "secrecy"})


@dataclass(frozen=True, slots=True)
class ReplyFinding:
    """Why a reply must not be sent. `rule` names the pattern, may be logged, and holds no words of the reply."""

    rule: str


def screen_reply(text: str, secrets: Sequence[str] = (), is_companion: bool = True) -> ReplyFinding | None:
    """Return the first rule that the reply breaks, None when it may be sent.

    Who is nobody's companion, such as an interviewer, is bound by fewer rules: see _COMPANIONS_ONLY.
    `secrets` are phrases that stand only in our instructions: a reply that holds one, however spaced, leaks them.
    """
    if any(_holds(fold(text), secret) for secret in secrets):
        return ReplyFinding("any.leak.secret")
    return judge_reply(text, first_rule(text, is_companion), is_companion)


def judge_reply(text: str, rule: Rule | None, is_companion: bool = True) -> ReplyFinding | None:
    """Return the verdict on a reply of which the first rule that it meets is known already.

    What a rule finds stands; the classifier speaks where the rules are silent.
    """
    if rule is not None:
        return ReplyFinding(rule.name)
    classifier = load_classifier("replies")
    odds, kind = classifier.weigh(normalise(text, load_patterns().lexicon))
    if odds <= classifier.threshold or (not is_companion and kind in _COMPANIONS_ONLY):
        return None
    return ReplyFinding(f"weights.{kind}")


def first_rule(text: str, is_companion: bool = True) -> Rule | None:
    """Return the first rule that the reply meets."""
    found = (rule for sentence in sentences(fold(text)) for rule in rules_for(is_companion) if matches(rule, sentence))
    return next(found, None)


@cache
def rules_for(is_companion: bool) -> tuple[Rule, ...]:
    """Return the rules that bind a companion, or those that bind everybody, in the order in which they are tried."""
    return tuple(rule for rule in output_rules() if is_companion or rule.kind not in _COMPANIONS_ONLY)


@cache
def output_rules() -> tuple[Rule, ...]:
    """Return the rules of all languages, read once. Raises ContentError."""
    folder = FOLDER / "output"
    return tuple(rule for language in languages_in(folder) for rule in load_rules(folder / f"{language}.toml"))


def _holds(folded: str, secret: str) -> bool:
    wanted = _letters(fold(secret))
    return len(wanted) >= _SHORTEST_SECRET and wanted in _letters(folded)


def _letters(folded: str) -> str:
    return "".join(character for character in folded if character.isalnum())
