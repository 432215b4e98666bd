"""What the fixed words promise, over every level, language, country, variant and age (VERA-MH must-nots)."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.core.errors import ContentError
from app.core.types import RiskLevel
from app.safety.fold import fold
from app.safety.helplines import directory, emergency_number, helpline_for
from app.safety.output import screen_reply
from app.safety.replies import (
    CRISIS_LEVELS,
    VARIANTS,
    crisis_reply,
    follow_up,
    load_phrasebook,
    resource_line,
    safe_instead,
    screening_failed,
)
from app.safety.tables import FOLDER

LANGUAGES = ("en", "es", "fr", "de", "pt", "zh-CN", "hi")
COUNTRIES = ("", *sorted({line.country for line in directory().lines}))
FEW_COUNTRIES = ("", "US", "BE", "BR", "CN")
MOST_WORDS, MOST_CHINESE_CHARACTERS = 120, 240

ASKS_ABOUT_SUICIDE = {
    "en": r"killing (?:yourself|themselves)|suicide|ending your life",
    "es": r"suicid|matarse|matarte|acabar con tu vida",
    "fr": r"\btuer\b|suicide|fin a ta vie",
    "de": r"umzubringen|umbringen|suizid|das leben zu nehmen",
    "pt": r"\bmatar\b|suicidio|acabar com a sua vida",
    "zh-CN": r"自杀|结束自己",
    "hi": r"jaan lene|suicide|zindagi khatam|marne ka",
}
ASKS_ABOUT_SAFETY = {
    "en": r"\bsafe\b|in danger|with you\?|act on|another person\?",
    "es": r"a salvo|fuera de peligro|contigo\?|actuar pronto|hacerlo hoy|matarte hoy|otra persona\?",
    "fr": r"en securite|avec toi|passer a l'acte|te tuer aujourd'hui|agir bientot|autre personne",
    "de": r"in sicherheit|bei dir\?|heute tust|heute umzubringen|bald folgen|menschen gehen\?",
    "pt": r"em seguranca|fora de perigo|com voce\?|fazer isso hoje|se matar hoje|em breve|outra pessoa\?",
    "zh-CN": r"安全|在你身边|今天|找别人",
    "hi": r"surakshit|saath hai|aaj aisa|khatra|pahunch sakte",
}
PROFESSIONAL = {
    "en": r"doctor|counsellor",
    "es": r"medico|psicologa|orientadora",
    "fr": r"medecin|psychologue|infirmiere",
    "de": r"arzt|arztin|therapeut|schulpsychologin",
    "pt": r"medico|psicologa|orientadora",
    "zh-CN": r"医生|咨询师|心理老师",
    "hi": r"doctor|counsellor",
}
TRUSTED = {
    "en": r"you trust",
    "es": r"de confianza",
    "fr": r"de confiance",
    "de": r"dem du vertraust",
    "pt": r"de confianca",
    "zh-CN": r"你信任的",
    "hi": r"bharose ke",
}
IS_AN_AI = {
    "en": r"\bi'm an ai\b|i'm a computer program",
    "es": r"soy una ia|soy un programa",
    "fr": r"je suis une ia|je suis un programme",
    "de": r"ich bin eine ki|ich bin ein computerprogramm",
    "pt": r"sou uma ia|sou um programa",
    "zh-CN": r"我是人工智能|我是电脑程序",
    "hi": r"main ek ai|main ek computer program",
}
MEANS = {
    "en": "distance|away from anything",
    "es": "distancia|alejate",
    "fr": "distance|eloigne",
    "de": "abstand|weg von allem",
    "pt": "longe de|afaste-se",
    "zh-CN": "远离|离开任何",
    "hi": "cheez se door",
}
LEADING = (
    r"you're not (?:going|thinking|planning)|you aren't|you won't|are you\?|right\?|verdad\?|n'est-ce pas"
    r"|oder\?|nicht wahr|\bne\?|对吧|hai na\?"
)
METHODS = (
    r"\bpills?|overdos|\brope|\bhang(?!s? up)|\bgun\b|\bknife|blade|\bjump|bridge|\bcut\b|cutting|pastilla|cuerda"
    r"|pistola|cuchill|cachets|\bcorde|arme a feu|couteau|tabletten|strick|waffe|messer|comprimid"
    r"|corda\b|\barma\b|faca\b|药片|安眠药|刀|绳|跳楼|割|goliyan|zeher|phansi|chaku"
)
JUDGING = (
    r"selfish|drama|attention|grateful|get over|cheer up|worse|calm down|egoist|exager|schuldig|frescura|自私|矫情"
)
SECRECY = r"secret|between us|won't tell|entre nosotr|entre nous|geheim|unter uns|entre a gente|保密|秘密|raaz"
CONTRACT = r"promise|prometeme|promets|versprich|prometa|答应我|vaada"


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


@pytest.mark.parametrize(
    ("language", "country", "line"),
    [
        ("en", "US", "You can call or text 988 (988 Suicide & Crisis Lifeline) at any time, day or night."),
        ("en", "", "At findahelpline.com you can find a free helpline where you are, by phone or chat."),
        ("fr", "FR", "Tu peux appeler 3114 au 3114 à toute heure, jour et nuit."),
        ("zh-CN", "CN", "你可以拨打心理援助热线 12356，其他热线见 findahelpline.com。"),
    ],
)
def test_resource_line_is_one_sentence(language: str, country: str, line: str) -> None:
    """The line for flagged sessions names the resource and claims only the hours that it has."""
    assert resource_line(language, country) == line


@pytest.mark.parametrize("level", CRISIS_LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_follow_up_believes_and_repeats_the_resource(level: RiskLevel, language: str) -> None:
    """The turn after a disclosure still carries the line, and asks something."""
    for variant in range(VARIANTS):
        text = follow_up(level, language, "GB", variant)

        assert "116 123" in text
        assert "?" in fold(text)
        assert ("999" in text) == (level in ("active", "imminent"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_screening_failed_is_safe_for_whoever_reads_it(language: str) -> None:
    """When we cannot tell who is at risk, everybody gets the numbers, the people and the truth."""
    text = fold(screening_failed(language, "GB"))

    assert "999" in text
    assert "116 123" in text
    assert all(re.search(words[language], text) for words in (PROFESSIONAL, TRUSTED, IS_AN_AI))


@pytest.mark.parametrize("language", LANGUAGES)
def test_safe_instead_ends_with_a_question_and_no_excuse(language: str) -> None:
    """The replacement of a blocked reply sounds like listening, not like a filter."""
    texts = {safe_instead(language, variant) for variant in range(8)}

    assert len(texts) >= VARIANTS
    assert all(fold(text).endswith("?") for text in texts)
    assert not any(
        re.search(r"allowed|policy|filter|blocked|rules|permit|erlaubt|autoris", fold(text)) for text in texts
    )


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[words]", "[wrds]", "words.emergency"),
        ("[follow_up]", "[folow_up]", "follow_up.text"),
        ("[active]", "[a]", "active"),
    ],
)
def test_broken_file_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    """A missing key stops the start with the file and the key in the message."""
    path = tmp_path / "en.toml"
    path.write_text((FOLDER / "replies" / "en.toml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(ContentError, match=rf"replies/en\.toml.*{named}"):
        load_phrasebook(path)


def test_too_few_variants_are_refused(tmp_path: Path) -> None:
    """A level with one text only would paste the same block every turn, so the file is refused."""
    path = tmp_path / "en.toml"
    source = (FOLDER / "replies" / "en.toml").read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"\[passive\]\nopen = \[.*?\n\]", '[passive]\nopen = ["Hi?"]', source, flags=re.DOTALL), encoding="utf-8"
    )

    with pytest.raises(ContentError, match=r"passive\.open"):
        load_phrasebook(path)
