"""Plain text: what is taken out, where sentences end, how words are cut and made speakable."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text import clean, shorten, speakable, whole_sentences
from tests.strategies import any_text, steady


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  hello \n", "hello"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("null\x00 bell\x07 escape\x1b[31m", "null bell escape[31m"),
        ("half \ud83d a pair", "half  a pair"),
        ("private \ue000 nonchar \uffff", "private  nonchar"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("नमस्ते 👩\u200d👩\u200d👧 ok", "नमस्ते 👩\u200d👩\u200d👧 ok"),
    ],
)
def test_clean_takes_out_only_what_no_person_typed(text: str, expected: str) -> None:
    """Control characters and broken code points go; new lines, tabs and joined emoji stay."""
    assert clean(text) == expected


def test_clean_cuts_at_the_limit() -> None:
    """A novel is cut to a page."""
    assert clean("a" * 10_000, 4_000) == "a" * 4_000
    assert clean("abcdef", max_characters=3) == "abc"


@steady
@given(any_text)
def test_clean_gives_text_that_utf_8_can_carry(text: str) -> None:
    """Whatever came in, what is left can be encoded, and cleaning it again changes nothing."""
    cleaned = clean(text)

    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("no end in sight", ""),
        ("One. Two! Three? Fo", "One. Two! Three?"),
        ("All of it.", "All of it."),
        ("Well... I wond", "Well..."),
        ("Well\u2026 I wond", "Well\u2026"),
        ("What?! No wa", "What?!"),
        ("First line.\nSecond li", "First line."),
        pytest.param("I saw Dr. Who and Mr. Fox, e.g. at St. Mary's vs. th", "", id="abbreviations"),
        pytest.param('Go. She is "Dr. Wh', "Go.", id="abbreviation in quotes"),
        pytest.param("It was J. R. Tolk", "", id="initials"),
        pytest.param("So am I. What ab", "So am I.", id="the word I is no initial"),
        pytest.param("It weighs 3.5 kg and v2.0 w", "", id="decimals"),
        pytest.param("Ask a doctor. Take 1.", "Ask a doctor.", id="a decimal cut in two"),
        pytest.param("It was 2019. The", "It was 2019.", id="a number that ends a sentence"),
        pytest.param("See example.com/a.html for m", "", id="addresses"),
        pytest.param("我听到了。你还好吗？也许", "我听到了。你还好吗？", id="chinese"),
        pytest.param("「そうです。」と彼は", "「そうです。」", id="japanese quotes"),
        pytest.param("मैं सुन रहा हूँ। आप कै", "मैं सुन रहा हूँ।", id="hindi"),
        pytest.param("كيف حالك؟ أنا هن", "كيف حالك؟", id="arabic"),
        pytest.param('He said "no." Then h', 'He said "no."', id="straight quotes"),
        pytest.param("He said \u201cno.\u201d Then h", "He said \u201cno.\u201d", id="curly quotes"),
        pytest.param("\u201eJa.\u201c Dann g", "\u201eJa.\u201c", id="german quotes"),
        pytest.param("\u00abOui.\u00bb Et p", "\u00abOui.\u00bb", id="french quotes"),
        pytest.param("(I do.) And y", "(I do.)", id="brackets"),
        pytest.param("**Yes.** And m", "**Yes.**", id="markdown"),
        pytest.param("Do this:\n1. Breathe\n2. Re", "", id="list numbers"),
        pytest.param("1. Breathe.\n2. Re", "1. Breathe.", id="a list with sentences"),
        pytest.param("I'm glad! 😊 What a", "I'm glad!", id="emoji after a space"),
        pytest.param("I'm glad!😊 What a", "I'm glad!", id="emoji at once"),
    ],
)
def test_whole_sentences_end_where_a_reader_would_pause(text: str, expected: str) -> None:
    """Abbreviations, decimals and list numbers end nothing; quotes, brackets and emoji stay with their sentence."""
    assert whole_sentences(text) == expected


@steady
@given(st.text())
def test_whole_sentences_are_the_beginning_of_the_text(text: str) -> None:
    """Nothing is added and nothing is left out before the cut."""
    assert text.strip().startswith(whole_sentences(text))


@pytest.mark.parametrize(
    ("text", "max_bytes", "expected"),
    [
        ("", 0, ""),
        ("It fits.", 8, "It fits."),
        ("One. Two. Three.", 10, "One. Two."),
        ("no sentence here", 13, "no sentence"),
        ("unbreakable", 4, "unbr"),
        ("好。好。好。", 13, "好。好。"),
        ("好好好", 5, "好"),
        ("😊😊", 7, "😊"),
        ("😊", 3, ""),
        ("anything", 0, ""),
    ],
)
def test_shorten_cuts_at_a_sentence_else_a_word_else_a_character(text: str, max_bytes: int, expected: str) -> None:
    """The cut falls where it hurts least, and never inside a character."""
    assert shorten(text, max_bytes) == expected


def test_shorten_refuses_a_negative_limit() -> None:
    """A negative limit is a mistake of the caller, not a wish for an empty text."""
    with pytest.raises(ValueError, match="max_bytes is -1; it must be 0 or more"):
        shorten("x", -1)


@steady
@given(st.text(), st.integers(0, 40))
def test_shorten_keeps_the_limit_in_bytes(text: str, max_bytes: int) -> None:
    """Whatever the script, the result is a beginning of the text of at most so many bytes."""
    cut = shorten(text, max_bytes)

    assert len(cut.encode()) <= max_bytes
    assert text.lstrip().startswith(cut.lstrip())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Just words, said plainly.", "Just words, said plainly."),
        ("**Bold**, _soft_ and `code`", "Bold, soft and code"),
        ("# Title\n\n- one\n* two\n> three\n4. four", "Title one two three 4. four"),
        ("Read [this](https://example.com/x).", "Read this."),
        ("Look at https://example.com/a?b=c, or www.example.org!", "Look at, or!"),
        ("请看https://example.com/a。我在这里。", "请看。我在这里。"),
        ("<speak>Hi <break time='1s'/>there</speak>", "Hi there"),
        ("I'm glad 😊👍🏽 for you ❤️", "I'm glad for you"),
        ("👩\u200d👩\u200d👧 and 🇩🇪 and 1\ufe0f\u20e3", "and and 1"),
        ("It costs $5 & 3%, doesn't it?", "It costs $5 & 3%, doesn't it?"),
        ("我听到了。", "我听到了。"),
        ("👍", "👍"),
        ("👍!", "👍!"),
        ("https://example.com", "https://example.com"),
    ],
)
def test_speakable_leaves_what_a_voice_can_say(text: str, expected: str) -> None:
    """Markup, links and emoji are not read out, unless there is nothing else to say."""
    assert speakable(text) == expected


@steady
@given(st.text(min_size=1).filter(str.strip))
def test_speakable_never_falls_silent(text: str) -> None:
    """A caller who hears nothing hangs up: words are left in the text, or it is left as it was."""
    spoken = speakable(text)

    assert spoken == text or any(map(str.isalnum, spoken))


@pytest.mark.parametrize("piece", ["www.", "http://", "[", "[a](", "<a", "* ", "\t", "!", "1.", "**"])
def test_speakable_takes_its_time_from_the_length_alone(piece: str) -> None:
    """Text made to set the patterns going in circles costs no more than a blink: the deadline is short."""
    text = piece * (24_000 // len(piece))
    started = process_time()

    speakable(text)
    whole_sentences(text)

    assert process_time() - started < 0.5
