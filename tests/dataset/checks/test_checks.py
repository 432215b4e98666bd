"""Each check finds what it is for, on its line, and nothing else."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from scripts.dataset.checks import reading, size
from scripts.dataset.checks.example import FileView, Known, read_example
from scripts.dataset.checks.registry import CHECKS, EXAMPLE_CHECKS
from scripts.dataset.checks.run import Request
from tests.dataset.checks.lines_to_check import TOOL, answers, asks, calls, chat, found_with, pair, preference, says

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}
BLURRED = {"type": "image_url", "image_url": {"url": "https://example.org/cat.png", "detail": "blurred"}}
LONG = "and then I went on, " * 20
REPLY = says("tool", "42", tool_call_id="a")

BAD_CHAT: list[tuple[str, Any]] = [
    ("unknown_key", chat(asks(), answers(), mesages=[])),
    ("missing_messages", {"messages": []}),
    ("missing_messages", {"messages": None}),
    ("missing_messages", {"messages": "hello"}),
    ("not_a_message", chat("hello", asks(), answers())),
    ("missing_role", chat({"content": "hello"}, asks(), answers())),
    ("unknown_role", chat(says("human", "hello"), asks(), answers())),
    ("unknown_role", chat({"role": [1], "content": "hello"}, asks(), answers())),
    ("deprecated_function", chat(asks(), says("function", "42", name="f"), answers())),
    ("deprecated_function", chat(asks(), answers(), functions=[{"name": "f"}])),
    ("unknown_message_key", chat(asks(), says("assistant", "Yes.", contents="x"))),
    ("unknown_message_key", chat(says("user", "Hm?", tool_call_id="a"), answers())),
    ("bad_name", chat(says("user", "Hm?", name="Anna Maria"), answers())),
    ("bad_name", chat(says("user", "Hm?", name=7), answers())),
    ("bad_weight", chat(asks(), says("assistant", "Yes.", weight=0.5))),
    ("bad_weight", chat(asks(), says("assistant", "Yes.", weight=True))),
    ("weight_on_other_role", chat(says("user", "Hm?", weight=1), answers())),
    ("nothing_trained", chat(asks(), says("assistant", "Yes.", weight=0))),
    ("missing_content", chat(asks(), says("assistant", None))),
    ("missing_content", chat(asks(), {"role": "assistant"})),
    ("missing_content", chat(says("system", None), asks(), answers())),
    ("empty_content", chat(asks(), says("assistant", ""))),
    ("empty_content", chat(says("user", " \n\u00a0"), answers())),
    ("empty_content", chat(says("user", [{"type": "text", "text": " "}]), answers())),
    ("bad_content", chat(says("user", 7), answers())),
    ("bad_content", chat(says("user", {"text": "hello"}), answers())),
    ("bad_part", chat(says("user", []), answers())),
    ("bad_part", chat(says("user", ["hello"]), answers())),
    ("bad_part", chat(says("user", [{"type": "text"}]), answers())),
    ("bad_part", chat(says("user", [{"type": {}}]), answers())),
    ("bad_part", chat(says("user", [{"type": "input_audio", "input_audio": {}}]), answers())),
    ("bad_part", chat(says("user", [{"type": "image_url", "image_url": {"url": "cat.png"}}]), answers())),
    ("bad_part", chat(says("user", [BLURRED]), answers())),
    ("bad_part", chat(asks(), says("assistant", [IMAGE]))),
    ("too_many_images", chat(says("user", [IMAGE] * 11), answers())),
    ("repeats_the_user", chat(asks("I am here."), answers("i am here. "))),
    ("late_system", chat(asks(), says("system", "Be kind."), answers())),
    ("no_user_turn", chat(says("system", "Be kind."), answers())),
    ("no_assistant_turn", chat(asks())),
    ("last_not_assistant", chat(asks(), answers(), asks("And now?"))),
    ("same_role_twice", chat(asks(), asks("Hello?"), answers())),
    ("same_role_twice", chat(asks(), answers(), answers("Go on."))),
    ("maybe_cut", chat(asks(), answers(LONG))),
    ("bad_tool_call", chat(asks(), says("assistant", "Yes.", tool_calls={}))),
    ("bad_tool_call", chat(asks(), says("assistant", "Yes.", tool_calls=[]))),
    ("bad_tool_call", chat(asks(), says("assistant", "Yes.", tool_calls=None))),
    ("bad_tool_call", chat(asks(), says("assistant", None, tool_calls=[{"type": "function"}]))),
    ("bad_tool_call", chat(asks(), says("assistant", None, tool_calls=["look_up"]))),
    ("bad_arguments", chat(asks(), calls("a", arguments="{'x': 1}"), tools=[TOOL])),
    ("bad_arguments", chat(asks(), calls("a", arguments="[]"), tools=[TOOL])),
    ("bad_arguments", chat(asks(), calls("a", arguments="[" * 9_000), tools=[TOOL])),
    ("repeated_call_id", chat(asks(), calls("a", "a"), tools=[TOOL])),
    ("unasked_tool_answer", chat(asks(), REPLY, answers())),
    ("unasked_tool_answer", chat(asks(), calls("a"), REPLY, REPLY, answers(), tools=[TOOL])),
    ("unanswered_call", chat(asks(), calls("a", "b"), REPLY, answers(), tools=[TOOL])),
    ("undefined_tool", chat(asks(), calls("a"))),
    ("undefined_tool", chat(asks(), calls("a", name="lookup"), tools=[TOOL])),
    ("bad_tools", chat(asks(), answers(), tools={"look_up": {}})),
    ("bad_tools", chat(asks(), answers(), tools=[TOOL, TOOL])),
    ("bad_tool_definition", chat(asks(), answers(), tools=["look_up"])),
    ("bad_tool_definition", chat(asks(), answers(), tools=[{"type": "function"}])),
    ("bad_tool_definition", chat(asks(), answers(), tools=[{"function": TOOL["function"]}])),
    ("bad_tool_definition", chat(asks(), answers(), tools=[{"type": "function", "function": {"name": "look up"}}])),
    (
        "bad_tool_definition",
        chat(
            asks(), answers(), tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "array"}}}]
        ),
    ),
    (
        "bad_tool_definition",
        chat(asks(), answers(), tools=[{"type": "function", "function": {"name": "f", "parameters": {"required": 1}}}]),
    ),
    ("bad_parallel_tool_calls", chat(asks(), answers(), parallel_tool_calls="yes")),
    ("mixed_formats", pair()),
    ("too_long", chat(asks(), answers("Yes. " * 40_000))),
]

BAD_PAIRS: list[tuple[str, Any]] = [
    ("unknown_key", pair() | {"promt": "x"}),
    ("missing_text", {"prompt": "Say nothing ->"}),
    ("missing_text", pair(completion=7)),
    ("empty_completion", pair(completion=" END")),
    ("empty_prompt", pair(prompt="")),
    ("no_separator_here", pair(prompt="Say the last")),
    ("separator_inside", pair(prompt="Say -> the last ->")),
    ("no_end_here", pair(completion=" The last")),
    ("end_inside", pair(completion=" The END is near END")),
    ("no_leading_space", pair(completion="The last END")),
    ("mixed_formats", chat(asks(), answers())),
]

BAD_PREFERENCES: list[tuple[str, Any]] = [
    ("unknown_key", preference(preferred_completion=[])),
    ("unknown_key", preference(input=chat(asks(), function=[]))),
    ("missing_messages", preference(input={})),
    ("missing_input", preference(input=None)),
    ("missing_input", preference(input=[asks()])),
    ("bad_output", preference(preferred_output=None)),
    ("bad_output", preference(preferred_output=[])),
    ("bad_output", preference(preferred_output="Yes.")),
    ("bad_output", preference(preferred_output=[answers("One."), answers("Two.")])),
    ("bad_output", preference(preferred_output=[asks("Me?")])),
    ("same_outputs", preference(preferred_output=[answers("No.")])),
    ("input_not_asking", preference(input=chat(asks(), answers("First.")))),
    ("empty_content", preference(preferred_output=[answers("")])),
    ("undefined_tool", preference(preferred_output=[calls("a")])),
]

BAD_LINES = [
    *(("chat", name, line) for name, line in BAD_CHAT),
    *(("completions", name, line) for name, line in BAD_PAIRS),
    *(("dpo", name, line) for name, line in BAD_PREFERENCES),
]


@pytest.mark.parametrize(("format_", "check", "line"), BAD_LINES, ids=lambda value: value if type(value) is str else "")
def test_a_bad_line_is_found_for_what_it_is(format_: str, check: str, line: Any, tmp_path: Path) -> None:
    """One mistake, one finding, on the line that holds it."""
    assert found_with(tmp_path, format_, line) == [(check, 11)]


@pytest.mark.parametrize(
    "line",
    [
        chat(asks(), calls("a"), tools=[TOOL]),
        chat(asks(), calls("a", "b"), REPLY, REPLY | {"tool_call_id": "b"}, answers(), tools=[TOOL]),
        chat(asks(), calls("a") | {"content": ""}, REPLY | {"content": ""}, answers(), tools=[TOOL]),
        chat(asks(), {key: value for key, value in calls("a").items() if key != "content"}, tools=[TOOL]),
        chat(asks(), says("assistant", None, refusal="I would rather not.")),
        chat(asks(), says("assistant", [{"type": "refusal", "refusal": "I would rather not."}])),
        chat(says("system", "Be kind."), says("developer", "Be short."), asks(), answers()),
        chat(asks(), says("assistant", "Hm.", weight=0), asks("Yes?"), says("assistant", "Yes.", weight=1)),
        chat(says("user", [{"type": "text", "text": "What is it?"}, IMAGE], name="anna"), answers("A cat.")),
        chat(asks(), answers(), tools=[TOOL], parallel_tool_calls=False),
    ],
)
def test_a_sound_chat_line_passes(line: Any, tmp_path: Path) -> None:
    """Tool calls need no words, refusals count as words, images and names are welcome."""
    assert found_with(tmp_path, "chat", line) == []


@pytest.mark.parametrize(
    "line",
    [
        preference(),
        preference(preferred_output=[calls("a")], input=chat(asks("Look it up."), tools=[TOOL])),
        preference(input=chat(asks(), calls("a"), REPLY, tools=[TOOL], parallel_tool_calls=True)),
    ],
)
def test_a_sound_preference_passes(line: Any, tmp_path: Path) -> None:
    """An answer may be a call; the input may end with what a tool said."""
    assert found_with(tmp_path, "dpo", line) == []


def test_every_mistake_of_a_line_is_found_at_once(tmp_path: Path) -> None:
    """Nobody has to check again to see the next mistake."""
    line = chat(says("human", ""), says("user", " ", weight=2), extra=1)

    assert sorted(found_with(tmp_path, "chat", line)) == [
        ("bad_weight", 11),
        ("empty_content", 11),
        ("empty_content", 11),
        ("no_assistant_turn", 11),
        ("unknown_key", 11),
        ("unknown_role", 11),
        ("weight_on_other_role", 11),
    ]


@pytest.mark.parametrize(
    ("format_", "model", "found"),
    [
        ("completions", "gpt-4o-mini", [("wrong_model", None)]),
        ("chat", "davinci-002", [("wrong_model", None)]),
        ("chat", "ft:gpt-4.1:me:joy:1", []),
        ("chat", "a-model-of-your-own", []),
    ],
)
def test_a_model_must_learn_from_the_format(format_: str, model: str, found: Any, tmp_path: Path) -> None:
    """Prompt/completion lines are for the two text models, and these take nothing else."""
    assert found_with(tmp_path, format_, request=Request(model=model)) == found


def test_length_is_the_models(tmp_path: Path) -> None:
    """What gpt-4o is trained on whole is too long for gpt-3.5-turbo; of an unknown model nobody knows."""
    line = chat(asks(), answers("Yes. " * 10_000))

    found = {
        model: found_with(tmp_path, "chat", line, request=Request(model)) for model in ("gpt-4o", "x", "gpt-3.5-turbo")
    }

    assert found == {"gpt-4o": [], "x": [], "gpt-3.5-turbo": [("too_long", 11)]}


@pytest.mark.parametrize(
    ("bytes_", "found"),
    [(512_000_000, []), (512_000_001, ["over_512_mb"]), (8_000_000_001, ["over_8_gb"])],
)
def test_a_file_must_fit_the_upload(bytes_: int, found: list[str]) -> None:
    """One finding only: the way that is still open."""
    view = FileView("chat", bytes_, 10, Known("gpt-4o"))
    checks = (size.over_512_mb, size.over_8_gb)

    assert [check.name for check in checks for _ in check.run(view)] == found


def test_checks_stay_fast_on_endless_conversations() -> None:
    """Thirty thousand calls and their answers in one line take moments: no check goes through all for each one."""
    ids = [f"call-{number}" for number in range(30_000)]
    turns = [asks(), calls(*ids), *(REPLY | {"tool_call_id": id_} for id_ in ids), answers()]
    example = read_example("chat", chat(*turns, tools=[TOOL]), Known("mistral-small"))
    began = monotonic()

    assert [check.name for check in EXAMPLE_CHECKS if "chat" in check.formats for _ in check.run(example)] == []
    assert monotonic() - began < 5  # 50 s when each message looked at all that follow


def test_every_check_is_tried_here() -> None:
    """A new check of examples comes with a line that breaks it."""
    assert {check.name for check in EXAMPLE_CHECKS} - {name for _, name, _ in BAD_LINES} == set()


def test_every_check_explains_itself() -> None:
    """One sentence with a full stop, and a name that no other check has."""
    assert [rule.name for rule in CHECKS.values() if not rule.explanation.endswith(".")] == []
    assert all(name == rule.name for name, rule in CHECKS.items())
    assert CHECKS["not_json"] is reading.NOT_JSON
