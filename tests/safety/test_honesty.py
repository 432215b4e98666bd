"""What honesty.py promises: the truth when asked, the notice when due, and nobody taken for asking who is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.safety.fold import fold
from app.safety.honesty import (
    DISCLOSURE_INTERVAL_S,
    asks_if_human,
    break_reminder,
    disclosure,
    honesty_rules,
    is_disclosure_due,
    states_minor,
    truthful_answer,
)
from app.safety.output import screen_reply

LANGUAGES = ("en", "es", "fr", "de", "pt", "zh-CN", "hi")
AI = r"\bai\b|\bia\b|\bki\b|人工智能|program|programa|programme|程序"
NOT_HUMAN = (
    r"not (?:a )?human|not a person|no person|nor human|not human|no (?:soy )?un ser humano|no una persona"
    r"|ninguna persona|tampoco un ser|pas un etre humain|pas une personne|aucune personne|pas humaine|kein mensch"
    r"|nao (?:sou )?um ser humano|nao uma pessoa|nenhuma pessoa|不是真人|没有真人|insaan nahi|insaan bhi nahi"
)
NOT_A_THERAPIST = (
    r"not a therapist|as a therapist|no (?:soy )?terapeuta|ni una terapeuta|pas (?:une )?therapeute"
    r"|ni (?:une )?therapeute|keine therapeutin|nao sou terapeuta|nem uma terapeuta|不是心理医生"
    r"|therapist (?:bhi )?nahi|therapist ya doctor nahi"
)


@pytest.mark.parametrize(
    "text",
    [
        "are you human?",
        "Are you a real person or a bot",
        "r u real",
        "you're not a robot are you",
        "am I talking to a machine?",
        "is there a person reading this",
        "tell me honestly, are you an AI",
        "so you're just a program?",
        "human or bot?",
        "do you have a body?",
        "Are you a doctor?",
        "are you a licensed therapist",
        "is this a real counselor",
        "do you have a degree in psychology?",
        "what are you exactly?",
        "¿Eres un robot?",
        "eres psicóloga?",
        "hablo con una persona real?",
        "tu es humaine ?",
        "je parle à un robot là ?",
        "êtes-vous médecin ?",
        "Bist du ein Mensch?",
        "rede ich mit einer Maschine",
        "bist du Ärztin",
        "você é um robô?",
        "estou falando com uma pessoa de verdade?",
        "vc é médica?",
        "你是真人还是机器人",
        "你是医生吗？",
        "我在和AI聊天吗",
        "kya aap insaan hain?",
        "tum asli ho ya robot",
        "aap doctor hain kya",
    ],
)
def test_question_about_what_answers_is_recognised(text: str) -> None:
    """Whoever asks what is answering gets the truth, in every language and spelling."""
    assert asks_if_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "are you there?",
        "are you for real",
        "is this real?",
        "are you okay",
        "are you happy?",
        "are you kidding me",
        "I want to talk to a real person",
        "can I speak to a human please",
        "my therapist is real",
        "my doctor says I should rest",
        "is my friend being real with me",
        "I feel like a robot",
        "I'm only human",
        "I'm a nurse and I'm tired",
        "how do I find a good therapist?",
        "is AI dangerous",
        "what is a human being",
        "do robots dream",
        "he is such a real person",
        "nothing feels real",
        "",
        "¿estás ahí?",
        "quiero hablar con una persona",
        "me siento como una máquina",
        "mi psicóloga es buena",
        "tu es là ?",
        "je veux parler à un humain",
        "mon médecin est gentil",
        "bist du da?",
        "ich will mit einem Menschen sprechen",
        "você está aí?",
        "quero falar com uma pessoa",
        "你在吗",
        "我想跟真人说话",
        "我觉得自己像机器",
        "aap wahan hain?",
        "mujhe insaan se baat karni hai",
    ],
)
def test_other_questions_are_left_alone(text: str) -> None:
    """Asking for a human, for presence, or about others is not asking what answers."""
    assert not asks_if_human(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", ["are you human?", "are you a doctor?"])
def test_answer_says_what_it_is_and_invites(question: str, language: str) -> None:
    """Every answer says: an AI, not a human, not a therapist; carries the name; and goes on."""
    for variant in range(4):
        answer = truthful_answer(question, "JOY", language, variant)

        assert "JOY" in answer
        assert all(re.search(pattern, fold(answer)) for pattern in (AI, NOT_HUMAN, NOT_A_THERAPIST)), answer
        assert screen_reply(answer) is None


def test_answer_to_a_professional_question_denies_the_profession() -> None:
    """Asked whether it is a doctor, it says that it is neither doctor nor human."""
    assert "not a therapist or a doctor" in truthful_answer("are you a doctor?", "JOY", "en", 0)


def test_unknown_language_is_answered_in_english() -> None:
    """A language that we do not have still gets the truth."""
    assert truthful_answer("are you human?", "JOY", "tlh", 0) == truthful_answer("are you human?", "JOY", "en-US", 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_notices_say_program_and_not_human(language: str) -> None:
    """The notice of a session and both reminders say that this is a program and not a human."""
    notices = [disclosure("JOY", language), *(break_reminder("JOY", language, is_minor) for is_minor in (False, True))]

    for notice in notices:
        assert re.search(AI, fold(notice))
        assert re.search(NOT_HUMAN, fold(notice)), notice
        assert screen_reply(notice) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_minors_are_told_to_take_a_break(language: str) -> None:
    """The reminder for minors differs from that for adults: it tells them to pause."""
    assert break_reminder("JOY", language, is_minor=True) != break_reminder("JOY", language, is_minor=False)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, 0.0, True),
        (0.0, 0.0, False),
        (100.0, 100.0 + DISCLOSURE_INTERVAL_S - 1, False),
        (100.0, 100.0 + DISCLOSURE_INTERVAL_S, True),
        (100.0, 99.0, True),
    ],
)
def test_disclosure_is_due_at_first_and_every_three_hours(last: float | None, now: float, due: bool) -> None:
    """The notice comes before the first answer and again after three hours; a clock run backwards gets it too."""
    assert is_disclosure_due(last, now) is due


@pytest.mark.parametrize(
    "text",
    [
        "I'm 14",
        "im 15 and i hate school",
        "I am sixteen years old",
        "i just turned 13",
        "turning 17 in june",
        "15f",
        "i'm a 12 year old boy",
        "I'm in 9th grade",
        "im a freshman in high school",
        "I'm in year 8",
        "I'm not 18 yet",
        "tengo 15 años",
        "estoy en primero de la ESO",
        "j'ai 13 ans",
        "je suis en 5e",
        "ich bin 16",
        "ich gehe in die 8. Klasse",
        "tenho 14 anos",
        "estou no nono ano",
        "我今年13岁",
        "我上初一",
        "meri umar 15 saal hai",
        "main class 9 mein hoon",
    ],
)
def test_own_age_under_18_is_noticed(text: str) -> None:
    """Whoever says to be a minor is treated as one."""
    assert states_minor(text)


@pytest.mark.parametrize(
    "text",
    [
        "my son is 14",
        "14 years ago",
        "I'm 14 weeks pregnant",
        "I'm 34",
        "I'm 18",
        "I was 15 when it happened",
        "when I turned 16 my father left",
        "I'm 15 minutes late",
        "I'm 16 pounds lighter",
        "I'm on level 12",
        "I teach 8th grade",
        "I'm a high school teacher",
        "I have 13 cats",
        "room 14",
        "",
        "mi hija tiene 15 años",
        "tengo 40 años",
        "ma fille a 14 ans",
        "j'ai 40 ans",
        "mein Sohn ist 13",
        "ich bin 45",
        "meu filho tem 12 anos",
        "tenho 50 anos",
        "我女儿15岁",
        "我今年四十岁",
        "mera beta 12 saal ka hai",
        "main 40 saal ka hoon",
    ],
)
def test_other_numbers_are_not_an_own_age(text: str) -> None:
    """Other people's ages, durations, counts and the past make nobody a minor."""
    assert not states_minor(text)


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text: str) -> None:
    """No text, however odd, breaks the recognition."""
    assert asks_if_human(text) in (True, False)
    assert states_minor(text) in (True, False)


@pytest.mark.parametrize("folder", ["questions", "minors"])
def test_patterns_are_written_as_folded_text(folder: str) -> None:
    """A pattern with an accent or a capital could never match, so none has one."""
    unfolded = [rule.name for rule in honesty_rules(folder) if re.search(r"[À-ÖØ-öø-ÿẞ’]", rule.find.pattern)]

    assert unfolded == []
