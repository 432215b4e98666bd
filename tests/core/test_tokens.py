"""Tokens are estimated, not counted; the estimate must be on the safe side of what it is used for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tokens import estimate_tokens
from tests.strategies import steady


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 4),
        ("a", 4),
        ("seven l", 6),
        ("x" * 350, 104),
        ("你好吗", 7),
        ("ab你cd", 6),
        ("こんにちは", 9),
        ("안녕", 6),
    ],
)
def test_estimate_counts_cjk_by_character_and_the_rest_by_length(text: str, tokens: int) -> None:
    """Four tokens frame a message; each CJK character is one, and so are 3.5 others."""
    assert estimate_tokens(text) == tokens


@steady
@given(st.text(), st.text())
def test_estimate_never_shrinks_as_a_text_grows(text: str, more: str) -> None:
    """A longer text never costs less, so dropping exchanges always helps."""
    assert estimate_tokens(text) <= estimate_tokens(text + more)
