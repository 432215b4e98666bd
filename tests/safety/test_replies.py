"""What the fixed words promise, over every level, language, country, variant and age (VERA-MH must-nots)."""

import re
from collections.abc import Iterator, Sequence

import pytest

from app.core.types import RiskLevel
from app.safety.fold import fold
from app.safety.helplines import directory, emergency_number, helpline_for
from app.safety.output import screen_reply
from app.safety.replies import (
    CRISIS_LEVELS,
    VARIANTS,
    crisis_reply,
    follow_up,
    safe_instead,
    screening_failed,
)
from tests.safety.wordings import (
    ASKS_ABOUT_SAFETY,
    ASKS_ABOUT_SUICIDE,
    CONTRACT,
    IS_AN_AI,
    JUDGING,
    LANGUAGES,
    LEADING,
    MEANS,
    METHODS,
    PROFESSIONAL,
    SECRECY,
    TRUSTED,
)

COUNTRIES = ("", *sorted({line.country for line in directory().lines}))
FEW_COUNTRIES = ("", "US", "BE", "BR", "CN")
MOST_WORDS, MOST_CHINESE_CHARACTERS = 120, 240


def all_crisis_replies(countries: Sequence[str] = COUNTRIES) -> Iterator[tuple[str, RiskLevel, str, bool, str]]:
    for language in LANGUAGES:
        for country in countries:
            for level in CRISIS_LEVELS:
                for variant in range(VARIANTS):
                    for is_minor in (False, True):
                        text = crisis_reply(level, language, country, variant, is_minor)
                        yield language, level, country, is_minor, text


def other_fixed_texts(countries: Sequence[str] = FEW_COUNTRIES) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for country in countries:
            yield language, screening_failed(language, country)
            for level in CRISIS_LEVELS:
                for variant in range(VARIANTS):
                    yield language, follow_up(level, language, country, variant)


def length(language: str, text: str) -> tuple[int, int]:
    return (len(text), MOST_CHINESE_CHARACTERS) if language == "zh-CN" else (len(text.split()), MOST_WORDS)


def test_crisis_reply_is_short_even_with_the_longest_helpline() -> None:
    """No crisis reply is a wall of text, wherever it is sent."""
    too_long = [
        text for language, *_, text in all_crisis_replies() if length(language, text)[0] > length(language, text)[1]
    ]

    assert too_long == []


def test_crisis_reply_names_the_line_of_the_country() -> None:
    """Every crisis reply holds a number that answers, or the finder where we know none."""
    for language, _, country, is_minor, text in all_crisis_replies():
        line = helpline_for(country, language, is_minor)

        assert (line.number if line else "findahelpline.com") in text


def test_crisis_reply_names_the_emergency_number_except_for_passive_thoughts() -> None:
    """Whoever may be in danger is told whom to call when life is at stake."""
    for _, level, country, _, text in all_crisis_replies():
        number = emergency_number(country)

        assert level == "passive" or not number or number in text


def test_crisis_reply_asks_plainly() -> None:
    """Every crisis reply asks about suicide or about being safe right now."""
    for language, level, _, _, text in all_crisis_replies():
        folded = fold(text)
        asked = ASKS_ABOUT_SUICIDE if level in ("passive", "self_harm", "third_party") else ASKS_ABOUT_SAFETY

        assert re.search(asked[language], folded), text
        assert "?" in folded


@pytest.mark.parametrize("words", [PROFESSIONAL, TRUSTED, IS_AN_AI], ids=["professional", "trusted", "ai"])
def test_crisis_reply_holds_what_it_must(words: dict[str, str]) -> None:
    """Every crisis reply points to a professional and a trusted person, and says that it is an AI."""
    missing = [text for language, *_, text in all_crisis_replies() if not re.search(words[language], fold(text))]

    assert missing == []


def test_imminent_reply_urges_distance_from_means() -> None:
    """In imminent danger the person is told to get away from what could hurt."""
    for language, level, *_, text in all_crisis_replies():
        assert level != "imminent" or re.search(MEANS[language], fold(text)), text


def test_crisis_reply_ends_with_an_open_door() -> None:
    """No crisis reply ends the talk: its last sentence asks or invites."""
    closing = r"good ?bye|adios|au revoir|auf wiedersehen|adeus|再见|alvida|can't talk about"

    assert [text for *_, text in all_crisis_replies() if re.search(closing, fold(text))] == []


@pytest.mark.parametrize(
    "pattern",
    [LEADING, METHODS, JUDGING, SECRECY, CONTRACT],
    ids=["leading question", "method", "judging", "secrecy", "contract"],
)
def test_fixed_words_hold_none_of_what_they_must_not(pattern: str) -> None:
    """No fixed text leads, names a method, judges, promises secrecy or asks for a promise, in any language."""
    texts = {text for *_, text in all_crisis_replies()} | {text for _, text in other_fixed_texts()}

    assert [text for text in texts if re.search(pattern, fold(text))] == []


def test_fixed_words_pass_our_own_rail() -> None:
    """What we say ourselves is never something that we would block from a model."""
    texts = {text for *_, text in all_crisis_replies(["GB"])} | {text for _, text in other_fixed_texts(["GB"])}
    texts |= {safe_instead(language, variant) for language in LANGUAGES for variant in range(6)}

    assert [(text, finding.rule) for text in texts if (finding := screen_reply(text))] == []


def test_no_placeholder_is_left() -> None:
    """Everything in braces has been filled in."""
    texts = [text for *_, text in all_crisis_replies()] + [text for _, text in other_fixed_texts()]

    assert [text for text in texts if "{" in text or "}" in text] == []


@pytest.mark.parametrize("level", CRISIS_LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_crisis_reply_varies(level: RiskLevel, language: str) -> None:
    """The same block is not pasted every turn: three turns have three texts, and any number is a variant."""
    texts = [crisis_reply(level, language, "GB", variant) for variant in range(VARIANTS)]

    assert len(set(texts)) == VARIANTS
    assert crisis_reply(level, language, "GB", -1) == texts[-1]
    assert crisis_reply(level, language, "GB", 10**9) in texts


@pytest.mark.parametrize(
    ("language", "like"),
    [("en-GB", "en"), ("pt-BR", "pt"), ("zh-TW", "zh"), ("FR_ca", "fr"), ("tlh", "en"), ("", "en"), ("ja", "en")],
)
def test_language_falls_back_by_primary_subtag_then_english(language: str, like: str) -> None:
    """A language that we do not have gets English words, never none."""
    assert crisis_reply("passive", language, "", 0) == crisis_reply("passive", like, "", 0)


def test_minor_is_pointed_to_an_adult() -> None:
    """A minor is told to turn to an adult, and an adult is not."""
    assert "an adult you trust" in crisis_reply("active", "en", "US", 0, is_minor=True)
    assert "an adult you trust" not in crisis_reply("active", "en", "US", 0)


def test_no_reply_for_nobody_at_risk() -> None:
    """Asking for a crisis reply without a risk is a mistake of the caller."""
    with pytest.raises(KeyError):
        crisis_reply("none", "en", "US", 0)
