"""The sieve changes how long the reply screen takes, never what it says."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.safety.output import rules_for, screen_reply
from app.safety.rules import Rule
from scripts.dataset.building.literals import needs_of
from scripts.dataset.building.sieve import Sieve, refused_by
from tests.strategies import hostile_text, steady

LINES = Path(__file__).parents[3] / "scripts" / "data" / "safety" / "replies_tuning.csv"


def verdict(text: str, is_companion: bool) -> str:
    """Return what serving says."""
    finding = screen_reply(text, is_companion=is_companion)
    return finding.rule if finding else ""


def test_every_line_of_the_screens_own_data_gets_the_same_verdict() -> None:
    """In all languages, refused and harmless ones."""
    with LINES.open(encoding="utf-8", newline="") as file:
        texts = [cell for row in csv.reader(file) for cell in row]

    assert [refused_by(text, True) for text in texts] == [verdict(text, True) for text in texts]
    assert any(map(verdict, texts, [True] * len(texts)))


@steady
@given(hostile_text, st.booleans())
def test_any_text_gets_the_same_verdict(text: str, is_companion: bool) -> None:
    """Whatever the characters, and for those who are nobody's companion as well."""
    assert refused_by(text, is_companion) == verdict(text, is_companion)


@pytest.mark.parametrize("rule", rules_for(True)[::16], ids=lambda rule: rule.name)
def test_what_a_rule_matches_wakes_it(rule: Rule) -> None:
    """Texts made from the pattern itself hold all that the pattern is said to need."""
    sieve = Sieve(rules_for(True))

    @settings(steady, max_examples=10)
    @given(st.from_regex(rule.find))
    def wakes(text: str) -> None:
        assert rule in sieve.awake(text)

    wakes()


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("abc", [{"abc"}]),
        (r"\b(?:you|we) have\b", [{"you have", "we have"}]),
        ("colou?r", [{"color", "colour"}]),
        ("a.*b", [{"a"}, {"b"}]),
        (r"(?:x|\w+)y", [{"y"}]),
        ("(?:ab.c|d)e", [{"ab", "d"}, {"e"}]),
        ("(?:ab)+", [{"ab"}]),
        ("(?:ab)*", []),
        ("[ab]c", [{"ac", "bc"}]),
        ("[a-z]c", [{"c"}]),
        ("(?!no)yes", [{"yes"}]),
        ("(?i)yes", []),
        ("(?i:yes) sir", [{" sir"}]),
    ],
)
def test_needs_are_read_from_a_pattern(pattern: str, needs: list[set[str]]) -> None:
    """Stretches of text, spelled out, in the order of the pattern."""
    assert list(needs_of(re.compile(pattern))) == needs
