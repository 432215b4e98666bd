"""Tell the truth about what is answering: a computer program, not a human and not a therapist.

Recognises who asks, has the words of the answer, and says when the law wants them unasked (New York GBL Art. 47,
California SB 243; read 2026-11). Also recognises who says to be under 18, because the law asks more for them.
"""

from functools import cache

from app.safety.classifier import load_classifier
from app.safety.fold import fold
from app.safety.normalise import normalise
from app.safety.pattern_files import load_patterns
from app.safety.replies import pick
from app.safety.rules import Rule, load_rules, matches, sentences
from app.safety.tables import FOLDER, languages_in, primary_subtag, read_table, text_at, texts_at

DISCLOSURE_INTERVAL_S = 3 * 60 * 60.0

_WORDS = FOLDER / "honesty" / "words"


def asks_if_human(text: str) -> bool:
    """Say whether the user asks if a human, an AI or a professional is answering, in any of our languages.

    Asking for a human ("connect me to a person") and asking whether anybody is there are other questions.
    """
    return _question_in(text) is not None


def truthful_answer(text: str, persona_name: str, language: str, variant: int) -> str:
    """Return the answer to such a question: an AI, not a human, not a therapist; then an invitation to go on."""
    kind = "professional" if _question_in(text) == "professional" else "human"
    texts = texts_at(read_words(language), f"{kind}.text", f"honesty/words, {language or 'en'}")
    return pick(texts, variant).format(name=persona_name)


def disclosure(persona_name: str, language: str, is_companion: bool = True) -> str:
    """Return the one sentence that stands before the first answer of a session.

    A companion's says that it is no therapist either; a support desk need not.
    """
    return _line("disclosure.text" if is_companion else "disclosure.plain", persona_name, language)


def break_reminder(persona_name: str, language: str, is_minor: bool) -> str:
    """Return the notice for three hours of continued use: again a program, and for minors a break."""
    return _line("break_reminder.minor" if is_minor else "break_reminder.text", persona_name, language)


def is_disclosure_due(last_disclosed_at: float | None, now: float, interval_s: float = DISCLOSURE_INTERVAL_S) -> bool:
    """Say whether the notice must be given: never given yet, or three hours ago, both times in seconds.

    A clock that ran backwards counts as due: saying it twice harms nobody.
    """
    return last_disclosed_at is None or not 0 <= now - last_disclosed_at < interval_s


def states_minor(text: str) -> bool:
    """Say whether the user states an own age under 18 or a school grade; other people's ages do not count."""
    folded = fold(text)
    rules = honesty_rules("minors")
    return any(matches(rule, line) for line in folded.split("\n") for rule in rules)


@cache
def honesty_rules(folder: str) -> tuple[Rule, ...]:
    """Return the rules of all languages in honesty/<folder>, read once. Raises ContentError."""
    path = FOLDER / "honesty" / folder
    return tuple(rule for language in languages_in(path) for rule in load_rules(path / f"{language}.toml"))


@cache
def read_words(language: str) -> dict[str, object]:
    """Return the words for a language tag, else the English ones. Raises ContentError."""
    subtag = primary_subtag(language)
    return dict(read_table(_WORDS / f"{subtag if subtag in languages_in(_WORDS) else 'en'}.toml"))


def _question_in(text: str) -> str | None:
    """Return what is asked about: what a rule says, or the classifier where none does; None for another question."""
    rules = honesty_rules("questions")
    kinds = {rule.kind for sentence in sentences(fold(text)) for rule in rules if matches(rule, sentence)}
    if kinds:
        return "professional" if "professional" in kinds else min(kinds)
    classifier = load_classifier("questions")
    odds, kind = classifier.weigh(normalise(text, load_patterns().lexicon))
    return kind if odds > classifier.threshold else None


def _line(key: str, persona_name: str, language: str) -> str:
    return text_at(read_words(language), key, f"honesty/words, {language or 'en'}").format(name=persona_name)
