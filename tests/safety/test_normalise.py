"""Normalising: whatever a text is written with, it comes out as the words that it stands for."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.safety.normalise import normalise, unify_letters
from app.safety.spelling import Lexicon, build_lexicon

WORDS = "i want to die kill myself suicide suicidal dont end it my life dead cut pills knife am unalive tonight"

LEXICON = build_lexicon(
    words=WORDS.split(" "),
    spellings={"wanna": "want to"},
    masked=("suicide", "kill", "myself", "die", "cut"),
    real=("diet",),
)


def read(text: str, lexicon: Lexicon = LEXICON) -> str:
    return " ".join(normalise(text, lexicon))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I WANT to Die", "i want to die"),
        ("ＫＩＬＬ　ＭＹＳＥＬＦ", "kill myself"),
        ("k\u200bi\u200dll my\u00adself", "kill myself"),
        ("\u202ekill myself\u202c", "kill myself"),
        ("кіll mуself", "kill myself"),
        ("k1ll my$elf", "kill myself"),
        ("d!e", "die"),
        ("su1c1de", "suicide"),
        ("k i l l  m y s e l f", "kill myself"),
        ("k.i.l.l m-y-s-e-l-f", "kill myself"),
        ("i w a n t t o d i e", "i want to die"),
        ("diiiieeee", "die"),
        ("killlll myselfff", "kill myself"),
        ("su*cide and k**l", "suicide and kill"),
        ("killmyself", "kill myself"),
        ("iwanttodie", "i want to die"),
        ("sucide, mysefl", "suicide myself"),
        ("wanna die", "want to die"),
        ("dón't", "dont"),
        ("don't don’t dont don`t", "dont dont dont dont"),
        ("💊🔪", "pills knife"),
        ("🅺🅸🅻🅻", "kill"),
        ("I. Want. To. Die.", "i want to die"),
    ],
)
def test_disguised_words_come_out_plain(text: str, words: str) -> None:
    """Every common disguise of a word that matters is seen through."""
    assert read(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Skilled soldiers on a diet", "skilled soldiers on a diet"),
        ("то же самое", "то же самое"),
        ("кит", "кит"),
        ("a b c d", "a b c d"),
        ("room 101 at 5", "room 101 at 5"),
        ("f**k", "f k"),
        ("well-known and/or", "well known and or"),
        ("coool", "coool"),
        ("मरना", "मरना"),
        ("", ""),
        ("...", ""),
        ("I am. You are. We go.", "i am . you are . we go ."),
    ],
)
def test_ordinary_words_stay_as_they_are(text: str, words: str) -> None:
    """What is no disguise is not bent into a word that matters."""
    assert read(text) == words


def test_chinese_characters_are_words_and_traditional_ones_simplified() -> None:
    """Chinese needs no word boundaries, and both ways of writing it read the same."""
    assert read("我想自殺。自.杀") == "我 想 自 杀 . 自 杀"


def test_invisible_characters_split_no_word() -> None:
    """Every format character and half of a broken one, as this Python's Unicode tables know them, is dropped."""
    unseen = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in {"Cf", "Cs"}]

    assert [mark for mark in unseen if unify_letters(f"a{mark}b") != "ab"] == []


def test_questions_keep_their_mark() -> None:
    """A question ends differently from a statement."""
    assert read("die? die! why not") == "die die . why not"


def test_an_end_within_a_chunk_ends_the_sentence() -> None:
    """A missing space after a stop does not glue two sentences together."""
    assert read("go home now.i want to die") == "go home now . i want to die"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    """No text, however broken, stops the screen; the words hold no spaces and no capitals."""
    assert all(word and not word.isspace() and " " not in word for word in normalise(text, LEXICON))


@pytest.mark.parametrize(
    "piece", ["a ", "k*", "k.i-l/", "killmyself", "aaaa", "*", "\u0301", "💊", "我想", "k1ll ", "\ufdfa", "i want to "]
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    """A hundred thousand characters of the worst kind are read in linear time."""
    text = (piece * 100_000)[:100_000]

    assert seconds(text) < 25 * max(seconds(text[:10_000]), 0.002)


def seconds(text: str) -> float:
    """Return the processor time of the best of three runs: what others do on the machine does not count."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        normalise(text, LEXICON)
        times.append(time.thread_time() - start)
    return min(times)
