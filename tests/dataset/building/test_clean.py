"""What pages, sheets and copies leave in words is taken out, and named."""

import pytest
from hypothesis import given

from app.core.text import clean as server_clean
from scripts.dataset.building.clean import clean, clean_text
from scripts.dataset.types import Finding
from tests.dataset.talks import talk
from tests.strategies import hostile_text, steady


@pytest.mark.parametrize(
    ("raw", "text", "rules"),
    [
        ("It is 5 < 6 & I <3 you.", "It is 5 < 6 & I <3 you.", ()),
        ("AT&T; Tom &amp; Jo &lt;3", "AT&T; Tom & Jo <3", ("html_entities",)),
        ("a &amp;quot;b&amp;quot;", 'a "b"', ("html_entities",)),
        ("see ?a=1&copy=2", "see ?a=1&copy=2", ()),
        ("<p>One</p><p>Two<br/>three <b>bold</b></p>", "One\nTwo\nthree bold", ("html_tags",)),
        ("I said <laughs> and left", "I said <laughs> and left", ()),
        ("a\u00a0b\u202fc", "a b c", ("special_spaces",)),
        ("\ufeffzero\u200bwidth", "zerowidth", ("invisible_characters",)),
        ("👨\u200d👩\u200d👧 क\u094d\u200dष", "👨\u200d👩\u200d👧 क\u094d\u200dष", ()),
        ("a\r\nb\rc", "a\nb\nc", ("line_breaks",)),
        ("a\n\n\n\nb", "a\n\nb", ("spaces",)),
        ("  a  b\t c ", "a b c", ("spaces",)),
        ("a\x00b\x07", "ab", ("control_characters",)),
        ("cafe\u0301", "café", ("composed_letters",)),
        ("“It’s fine…”", "“It’s fine…”", ()),
        ("", "", ()),
    ],
)
def test_each_rule_changes_what_it_names(raw: str, text: str, rules: tuple[str, ...]) -> None:
    """A rule that changed something is named; what only looks like a leftover stays."""
    assert clean_text(raw) == (text, rules)


@steady
@given(hostile_text)
def test_clean_words_reach_the_model_as_they_are(raw: str) -> None:
    """The server would take nothing more out of clean words, so training and serving see the same."""
    text, _ = clean_text(raw)

    assert server_clean(text) == text


def test_every_change_is_reported_with_its_place() -> None:
    """The place names file and message; the words are not repeated; the id stays."""
    found: list[Finding] = []

    cleaned = clean(talk("a\u00a0b", "c", "d &amp; e", "f"), found.append)

    assert cleaned == talk("a b", "c", "d & e", "f")
    assert [(finding.severity, finding.check, finding.where, finding.message[:9]) for finding in found] == [
        ("info", "special_spaces", "file:a", "message 1"),
        ("info", "html_entities", "file:a", "message 3"),
    ]
