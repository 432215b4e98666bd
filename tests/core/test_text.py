"""Plain text: what is taken out, where sentences end, how words are cut and made speakable."""

import pytest

from app.core.text import whole_sentences


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
