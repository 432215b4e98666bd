"""Our checks against the JSON Schemas of training lines that OpenAI publishes: the server is stricter than these."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts.dataset.checks.example import OUTPUTS, Format, Known, read_example
from scripts.dataset.checks.registry import EXAMPLE_CHECKS
from tests.dataset.checks.lines_to_check import TOOL, calls
from tests.shared import SHARED
from tests.strategies import json_values, steady

KNOWN = Known("gpt-4o")
SCHEMAS = SHARED / "openai" / "training_line_schemas.json" if SHARED else None

pytestmark = pytest.mark.skipif(
    SCHEMAS is None or not SCHEMAS.exists(), reason="the schemas are not beside the checkout"
)

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip)
parts = st.lists(words.map(lambda text: {"type": "text", "text": text}), min_size=1, max_size=3)
contents = words | parts
names: st.SearchStrategy[dict[str, str]] = st.sampled_from([{}, {"name": "anna"}])


def messages(role: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw messages of a role."""
    return st.builds(lambda content, others: {"role": role, "content": content} | others, contents, names)


said = st.builds(lambda message, weight: message | weight, messages("assistant"), st.sampled_from([{}, {"weight": 1}]))
called = st.just([calls("a"), {"role": "tool", "content": "42", "tool_call_id": "a"}])
exchanges = st.tuples(messages("user"), st.just([]) | called, said).map(lambda e: [e[0], *e[1], e[2]])
openings = st.lists(messages("system"), max_size=1)
conversations = st.tuples(openings, st.lists(exchanges, min_size=1, max_size=3)).map(
    lambda drawn: [*drawn[0], *(message for exchange in drawn[1] for message in exchange)]
)
lines = st.builds(
    lambda turns, parallel: {"messages": turns, "tools": [TOOL]} | parallel,
    conversations,
    st.sampled_from([{}, {"parallel_tool_calls": True}]),
)

_ROLES = st.sampled_from(["system", "user", "assistant", "tool", "function", "human"])
_BROKEN_MESSAGES = st.fixed_dictionaries({}, optional={"role": _ROLES | json_values, "content": json_values})
broken_lines = st.fixed_dictionaries(
    {"messages": st.lists(_BROKEN_MESSAGES | json_values, max_size=3) | json_values},
    optional={"tools": json_values, "parallel_tool_calls": json_values},
)


@cache
def judge(name: str) -> Draft202012Validator:
    assert SCHEMAS is not None
    definitions = json.loads(SCHEMAS.read_text())["$defs"]
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


def errors(format_: Format, value: dict[str, Any]) -> list[str]:
    """Return the errors (not the warnings) that our checks find in a line."""
    example = read_example(format_, value, KNOWN)
    checks = [check for check in EXAMPLE_CHECKS if format_ in check.formats and check.severity == "error"]
    return [check.name for check in checks for _ in check.run(example)]


@steady
@given(lines)
def test_sound_chat_lines_pass_both(value: dict[str, Any]) -> None:
    """What is built as the guide says is accepted by the schema and by us."""
    assert judge("FineTuneChatRequestInput").is_valid(value)
    assert errors("chat", value) == []


@steady
@given(lines.filter(lambda line: line["messages"][-2]["role"] == "user"), words)
def test_sound_preferences_pass_both(value: dict[str, Any], worse: str) -> None:
    """The last answer becomes the preferred output."""
    *turns, better = value["messages"]
    outputs = dict(zip(OUTPUTS, ([better], [{"role": "assistant", "content": f"{worse}, no"}]), strict=True))
    line = {"input": value | {"messages": turns}, **outputs}

    assert judge("FineTunePreferenceRequestInput").is_valid(line)
    assert errors("dpo", line) == []


@steady
@given(broken_lines)
def test_what_the_schema_refuses_we_refuse(value: dict[str, Any]) -> None:
    """No line passes here that breaks the published schema, and no line breaks our checks."""
    found = errors("chat", value)

    assert found or judge("FineTuneChatRequestInput").is_valid(value)
