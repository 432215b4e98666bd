"""Reading JSON as Dialogflow writes it, and fitting the answer into what it accepts."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import wire
from tests.strategies import any_text, json_values, steady


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"languageCode": "en"}, "en"),
        ({"language_code": "en"}, "en"),
        ({"languageCode": "en", "language_code": "de"}, "en"),
        ({"languageCode": None, "language_code": "de"}, "de"),
        ({"languageCode": None}, ""),
        ({"languageCode": 5}, ""),
        ({"languageCode": ["en"]}, ""),
        ({"languageCode": " e\x00n\n"}, "en"),
        ({"languagecode": "en"}, ""),
        ({}, ""),
    ],
)
def test_read_name_takes_either_spelling_and_null_for_absent(body: Mapping[str, Any], expected: str) -> None:
    """camelCase goes before snake_case; null and values of another type are as good as absent."""
    assert wire.read_name(body, "languageCode") == expected


def test_reading_a_value_of_the_wrong_type_gives_the_empty_one() -> None:
    """Each reader has an empty value of its own kind, for wrong types as for absent fields."""
    body = {"a": 5, "b": "text", "c": {"d": 1}, "e": [{"f": 1}, 5, None, "x"], "g": True}

    assert [wire.read_object(body, name) for name in "abceg"] == [{}, {}, {"d": 1}, {}, {}]
    assert [list(wire.read_objects(body, name)) for name in "abceg"] == [[], [], [], [{"f": 1}], []]
    assert [wire.read_words(body, name) for name in "abceg"] == ["", "text", "", "", ""]
    assert [wire.read_flag(body, name, default=False) for name in "abceg"] == [False, False, False, False, True]
    assert [wire.read_count(body, name) for name in "abce"] == [5, 0, 0, 0]
    assert [wire.has(body, name) for name in "abcegz"] == [True, True, True, True, True, False]


@steady
@given(value=json_values)
def test_reading_any_value_raises_nothing(value: Any) -> None:
    """Whatever JSON stands under a name, each reader gives a value of its type."""
    body = {"name": value}

    assert isinstance(wire.read_name(body, "name"), str)
    assert isinstance(wire.read_words(body, "name"), str)
    assert isinstance(wire.read_object(body, "name"), dict)
    assert all(isinstance(item, dict) for item in wire.read_objects(body, "name"))
    assert isinstance(wire.read_flag(body, "name", default=True), bool)
    assert isinstance(wire.read_count(body, "name"), int)
    assert isinstance(wire.read_texts(body, "name"), str)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"text": {"text": ["One."]}}, {"text": {"text": ["Two.", "Three."]}}], "One.\nTwo.\nThree."),
        ([{"text": {"text": ["", " ", 5, None, "One."]}}], "One."),
        ([{"card": {"title": "x"}}, {"text": {"text": "One."}}, {"text": "One."}, "One.", None], ""),
        ([], ""),
        (None, ""),
    ],
)
def test_read_texts_joins_the_texts_of_messages(messages: Any, expected: str) -> None:
    """Only text messages have words for a person; each text is a line."""
    assert wire.read_texts({"messages": messages}, "messages") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("projects/p/agent/sessions/abc", "abc"),
        ("projects/p/agent/environments/e/users/u/sessions/abc", "abc"),
        ("projects/p/agent/environments/__aog-1/users/-/sessions/a-B_c", "a-B_c"),
        ("projects/p/locations/europe-west2/agent/sessions/abc", "abc"),
        ("projects/p/locations/l/agents/a/environments/e/sessions/abc", "abc"),
        ("projects/p/agent/sessions/abc/contexts/welcome", "abc"),
        ("projects/p/agent/sessions/one/sessions/two", "two"),
        ("projects/p/agent/sessions/dfMessenger-1:detectIntent", "dfMessenger-1"),
        ("projects/p/agent/sessions/a:b", "a:b"),
        ("abc", "abc"),
        ("", ""),
        ("projects/p/agent/sessions/", ""),
        ("projects/p/agent", ""),
        ("sessions/abc", ""),
    ],
)
def test_session_id_is_what_follows_the_last_sessions(path: str, expected: str) -> None:
    """Each form of the path gives the id alone; a path without one gives none, not a word that others share."""
    assert wire.session_id(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("hi", True),
        ("good morning joy", True),
        ("hello, my dog died", False),
    ],
)
def test_a_bare_greeting_has_at_most_three_words(text: str, expected: bool) -> None:
    """More words than a greeting needs are a story, and a story deserves an answer."""
    assert wire.is_bare_greeting(text) is expected


def test_encode_is_compact_and_leaves_scripts_as_they_are() -> None:
    """Bytes are scarce: no spaces, no escapes for what UTF-8 can say."""
    assert wire.encode({"a": ["你好", 1], "b": None}) == '{"a":["你好",1],"b":null}'.encode()


def as_message(text: str) -> dict[str, Any]:
    return {"text": text, "again": text}


@pytest.mark.parametrize(
    ("text", "max_bytes", "expected"),
    [("It fits.", 100, "It fits."), ("anything", 22, ""), ("", 1, "")],
)
def test_fit_cuts_nothing_that_fits_and_everything_when_it_must(text: str, max_bytes: int, expected: str) -> None:
    """Only the text gives way: the rest of the answer stays as it was rendered, even over the limit."""
    fitted = wire.fit(as_message, text, max_bytes)

    assert json.loads(fitted) == as_message(expected)


@pytest.mark.parametrize("sentence", ["Five six seven. ", "好的。", 'He said "\u00fc\n"! ', "😊😊! "])
def test_fit_cuts_at_a_sentence(sentence: str) -> None:
    """The answer that is left ends where a sentence does, and is not cut to less than half of what would fit."""
    text = sentence * 200

    fitted = wire.fit(as_message, text, 1_000)

    kept = json.loads(fitted)["text"]
    assert 500 < len(fitted) <= 1_000
    assert text.startswith(kept)
    assert kept.endswith(sentence.strip())


@steady
@given(text=any_text.map(lambda text: text.encode(errors="ignore").decode()), max_bytes=st.integers(23, 200))
def test_fit_keeps_any_text_within_the_limit(text: str, max_bytes: int) -> None:
    """Characters that JSON escapes and characters of four bytes are counted as they are sent."""
    fitted = wire.fit(as_message, text, max_bytes)

    assert len(fitted) <= max_bytes
    assert text.lstrip().startswith(json.loads(fitted)["text"].lstrip())
