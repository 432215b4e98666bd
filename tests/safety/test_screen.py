"""The screen of the user's words: what must be noticed, what must not, and that no text can stall it."""

import csv
import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.types import RiskLevel
from app.safety.pattern_files import load_patterns
from app.safety.screen import screen_user

TUNING = Path(__file__).parents[2] / "scripts" / "data" / "safety" / "tuning.csv"

NOTICED: list[tuple[str, RiskLevel]] = [
    ("I took all of my pills twenty minutes ago", "imminent"),
    ("the gun is in my hand", "imminent"),
    ("I'm going to kill myself tonight", "imminent"),
    ("yes i have a plan and the pills", "imminent"),
    ("I'm sitting on the ledge of the roof", "imminent"),
    ("I won't be here tomorrow", "imminent"),
    ("this is goodbye", "imminent"),
    ("I want to kill myself", "active"),
    ("I keep thinking about suicide", "active"),
    ("ngl gonna kms", "active"),
    ("might just unalive myself", "active"),
    ("thinking about sewerslide", "active"),
    ("planning to catch the bus", "active"),
    ("I want to end it all", "active"),
    ("i should off myself", "active"),
    ("I've started giving away my things", "active"),
    ("how many paracetamol would it take to die", "active"),
    ("I tried to kill myself last year", "active"),
    ("suicidal", "active"),
    ("I cut myself again", "self_harm"),
    ("relapsed with sh last night", "self_harm"),
    ("the urge to cut is back", "self_harm"),
    ("I burn my arms with a lighter when it gets too much", "self_harm"),
    ("I wish I would not wake up", "passive"),
    ("I don't want to exist", "passive"),
    ("everyone would be better off without me", "passive"),
    ("what's the point of living", "passive"),
    ("I can't go on living", "passive"),
    ("I want to go to sleep forever", "passive"),
    ("I have no reason to live", "passive"),
    ("I don't want to be here anymore", "passive"),
    ("my friend wants to kill himself", "third_party"),
    ("my sister is cutting herself", "third_party"),
    ("how do I help someone who is suicidal", "third_party"),
    ("my brother says life is not worth living", "third_party"),
    ('she texted me "I want to die"', "third_party"),
    ("quiero suicidarme", "active"),
    ("je ne veux plus vivre", "passive"),
    ("ich will mich umbringen", "active"),
    ("não quero mais viver", "passive"),
    ("我想自殺", "active"),
    ("मैं मरना चाहता हूँ", "passive"),
    ("mujhe marna hai", "passive"),
]

PASSED = [
    "hello",
    "",
    "I feel empty",
    "I can't do this job anymore",
    "I hate my life",
    "I cried all night",
    "I'm so tired of everything",
    "nobody likes me",
    "I can't live without her",
    "I had a panic attack and thought I was going to die",
    "I want this week to be over",
    "I'm not suicidal",
    "I'd never kill myself",
    "I don't want to die",
    "no thoughts of self-harm",
    "I am not going to hurt myself",
    "this traffic is killing me",
    "I could die of laughter",
    "dying for a coffee",
    "my mum will kill me",
    "so embarrassed I could die",
    "I'd rather die than eat olives",
    "that exam killed me lol",
    "kill a process",
    "how do I kill a zombie process",
    "Suicide Squad",
    "write an essay on suicide prevention",
    "what is the suicide rate in Japan",
    "how did Cleopatra kill herself",
    "in the film she kills herself at the end",
    "I lost my brother to suicide in 2015",
    "my father killed himself when I was six",
    "I cut my finger while cooking",
    "I cut carbs",
    "I burned my hand on the stove",
    "I took my pills this morning like every day",
    "I ran 5 kms today",
    "I want to end my subscription",
    "I jumped off the tower in the game",
    "my phone died",
    "waiting on the platform for my train",
    "I have a plan for the weekend",
    "thanks, goodbye, talk tomorrow",
    "me muero de hambre",
    "je suis mort de rire",
    "ich sterbe vor Hunger",
    "morrendo de saudade",
    "笑死我了",
    "hans hans ke mar gayi",
    "no quiero morirme",
    "ich will mich nicht umbringen",
]


@pytest.mark.parametrize(("text", "level"), NOTICED)
def test_words_at_risk_get_their_level(text: str, level: RiskLevel) -> None:
    """A disclosure is noticed at the level that its reply is written for."""
    assert screen_user(text).level == level


@pytest.mark.parametrize("text", PASSED)
def test_harmless_words_pass(text: str) -> None:
    """Sadness, idioms, denials, stories and work are no alarm."""
    assert screen_user(text).level == "none"


def test_there_are_more_harmless_examples_than_others() -> None:
    """Whoever adds what must be noticed also adds what must not."""
    assert len(PASSED) >= len(NOTICED)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I'm not suicidal but I wish I'd never wake up", "passive"),
        ("I would never kill myself. But I cut myself every night.", "self_harm"),
        ("dying for a coffee lol. anyway I want to kill myself", "active"),
        ("My friend is suicidal and I want to kill myself too", "active"),
        ("I lost my brother to suicide and now I want to die", "passive"),
    ],
)
def test_nothing_beside_a_disclosure_hides_it(text: str, level: RiskLevel) -> None:
    """A denial, an idiom, another person or a loss takes away only its own words."""
    assert screen_user(text).level == level


def test_a_disclosure_in_the_middle_of_a_long_text_is_found() -> None:
    """Ten thousand characters around it, with or without stops, hide nothing."""
    for calm in ("we went to the market and bought apples ", "It rained. We stayed at home. "):
        text = calm * 130 + "and I want to kill myself " + calm * 130

        assert screen_user(text).level == "active"


def test_every_place_in_a_long_sentence_is_screened() -> None:
    """A pattern that lies across the border of two windows is found wherever the border falls."""
    for before in range(100):
        assert screen_user("word " * before + "i want to end my own life" + " word" * 60).level == "active"


@pytest.mark.parametrize(
    "disguise", ["k1ll mys3lf", "k i l l  m y s e l f", "kіll myself", "k*ll m*self", "kiiill myself"]
)
def test_disguises_are_seen_through(disguise: str) -> None:
    """The ways round a filter of words do not lead round this one."""
    assert screen_user(f"i want to {disguise}").level == "active"


SUBJECTS = ["I", "i really", "I just", "honestly I", "sometimes i"]
WISHES = ["want to", "wanna", "am going to", "need to", "plan to", "decided to", "have been wanting to"]
DEEDS = [
    "kill myself",
    "end my life",
    "take my own life",
    "commit suicide",
    "hang myself",
    "slit my wrists",
    "off myself",
]
DENIALS = ["I'm not going to", "I would never", "I don't want to", "I won't", "I have no intention to"]


def test_ways_of_saying_it_are_covered_systematically() -> None:
    """Verb by object by tense: not one of the plain statements is missed."""
    texts = [" ".join(parts) for parts in itertools.product(SUBJECTS, WISHES, DEEDS)]

    assert [text for text in texts if screen_user(text).level not in ("active", "imminent")] == []


def test_ways_of_denying_it_are_covered_systematically() -> None:
    """Not one of the plain denials is an alarm."""
    texts = [" ".join(parts) for parts in itertools.product(DENIALS, DEEDS)]

    assert [text for text in texts if screen_user(text).level != "none"] == []


def test_the_rule_names_a_pattern_and_no_words() -> None:
    """A verdict may be logged: it holds a file and an id of ours."""
    assert screen_user("I want to kill myself, my name is Robin").rule == "en:kill-myself"


@given(st.text(max_size=400))
def test_no_text_breaks_the_screen(text: str) -> None:
    """Whatever arrives, a verdict comes back."""
    verdict = screen_user(text)

    assert (verdict.level == "none") == (verdict.rule == "")


def near_misses() -> list[str]:
    """Return texts that begin like many patterns and end like none."""
    words = sorted(load_patterns().by_word)
    return [
        "kill ",
        "a ",
        "no no no ",
        "i want to really just ",
        "i wish i could never not be ",
        "my friend said he was ",
        "not not not going to ",
        "if i was not ",
        "我想不",
        " ".join(words[::7]) + " ",
        ". ".join(words[::11]) + ". ",
    ]


@pytest.mark.parametrize("number", range(11))
def test_time_grows_with_the_length_only(number: int) -> None:
    """A hundred thousand characters of near misses are screened in linear time."""
    piece = near_misses()[number]
    text = (piece * (100_000 // len(piece) + 1))[:100_000]

    assert seconds(text) < 25 * max(seconds(text[:10_000]), 0.02)  # the floor is for noisy machines


def seconds(text: str) -> float:
    start = time.thread_time()
    screen_user(text)
    return time.thread_time() - start


def test_the_classifier_must_be_surer_with_nobodys_companion() -> None:
    """Fewer lines alarm at an interviewer's or a support desk's; what a pattern finds alarms everywhere."""
    with TUNING.with_name("development.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file) if row["label"] != "none"]

    to_companion, to_others = ({t for t in texts if screen_user(t, who).level != "none"} for who in (True, False))

    assert to_others < to_companion
    assert all(screen_user(t).rule.startswith("weights:") for t in to_companion - to_others)


def test_the_figures_on_the_shipped_file_hold() -> None:
    """On the texts that it was tuned with the screen misses at most 2% and alarms for none of the harmless ones."""
    with TUNING.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["text"]: screen_user(row["text"]).level != "none" for row in rows}
    risks = [row["text"] for row in rows if row["label"] != "none"]

    assert [row["text"] for row in rows if row["label"] == "none" and found[row["text"]]] == []
    assert sum(found[text] for text in risks) >= 0.98 * len(risks)
