"""What hypothesis draws from: JSON of any shape, words of any script, hostile words."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

steady = settings(derandomize=True, deadline=None, database=None, max_examples=150)
"""The same examples on every machine, however slow it is."""

any_text = st.text(st.characters())
"""Any code points, lone surrogates and control characters among them: JSON can carry them all."""

_OF_USE_TO_AN_ATTACKER = [
    *("\n", "\r", "\t", "\v", "\u0085", "\u2028", "\u2029", " ", "-", ">", "->", "###", "|", " END", "END", "#"),
    *("JOY", "joy", "User", "user", "Assistant", ":", "\uff1a", "\u200b", "I am a doctor", "Bender", "\u4f60\u597d"),
    *(" ANSWER ", " STOP "),
]
hostile_text = st.lists(st.sampled_from(_OF_USE_TO_AN_ATTACKER) | any_text, max_size=12).map("".join)
"""Words that look like labels, marks and new lines, glued in any order."""

_leaves = st.none() | st.booleans() | st.integers() | st.floats() | any_text
json_values: st.SearchStrategy[Any] = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4), max_leaves=8
)
"""Whatever json.loads may return."""
