"""What a person is shown of the model's words: its own, whole, and nothing of the prompt's furniture."""

from time import process_time
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.persona import Persona, parse_persona
from app.core.reply import MAX_REPLY_CHARACTERS, tidy
from app.core.types import Completion, FinishReason
from tests.strategies import hostile_text, steady


def persona(**keys: Any) -> Persona:
    words = {"greeting": "Hi.", "fallback": "Hm.", "reprompt": "Yes?", "farewell": "Bye."}
    return parse_persona("joy.toml", {"name": "JOY", "instructions": "", **words, **keys})


CHAT = persona()
TEXT = persona(format="text", labels={"user": "Friend", "assistant": "JOY"})


def tidied(text: str, asked: Persona = CHAT, finish_reason: FinishReason = "stop") -> str:
    return tidy(asked, Completion(text, "model", finish_reason, 0.1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("I hear you.", "I hear you."),
        ("  I hear\x00 you.\n", "I hear you."),
        ("One.\n\n\n\nTwo.\n \n \nThree.", "One.\n\nTwo.\n\nThree."),
        ("One.\nTwo.", "One.\nTwo."),
        ("no end in sight", "no end in sight"),
    ],
)
def test_tidy_leaves_words_that_are_finished(text: str, expected: str) -> None:
    """A finished answer is only rid of control characters and empty lines, whole sentence or not."""
    assert tidied(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JOY: I hear you.", "I hear you."),
        ("JOY-> I hear you.", "I hear you."),
        ("\nAssistant : I hear you.", "I hear you."),
        ("joy: I hear you.", "I hear you."),
        ("assistant: I hear you.", "I hear you."),
        ("**JOY:** I hear you.", "I hear you."),
        ("__JOY__: I hear you.", "I hear you."),
        ("JOY：我在听。", "我在听。"),
        ("I hear you.\nUser: thanks\nJOY: you are welcome", "I hear you."),
        ("I hear you.\n\n  Human: thanks", "I hear you."),
        ("I hear you.\nuser: thanks", "I hear you."),
        ("I hear you.\n**User:** thanks", "I hear you."),
        ("我在听。\nUser：谢谢", "我在听。"),
        ("I hear you.\nJOY: I still do.", "I hear you."),
        ("JOY: JOY: I hear you.", "I hear you."),
        ("JOY: User: hi", ""),
        ("User: I want to die\nJOY: I hear you.", ""),
        ("human: hi", ""),
        ("JOY is listening.", "JOY is listening."),
        ("Enjoy: life is short.", "Enjoy: life is short."),
        ("They asked me: who is the user: me?", "They asked me: who is the user: me?"),
    ],
)
def test_tidy_takes_out_labels_and_the_lines_of_others(text: str, expected: str) -> None:
    """The model's own label goes, however it is written, and at the next speaker's line its answer is over."""
    assert tidied(text) == expected


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        (CHAT, "I hear you.<|im_end|>\n<|im_start|>user", "I hear you."),
        (CHAT, "I hear you.</s>", "I hear you."),
        (CHAT, "I hear you.<|endoftext|>Once", "I hear you."),
        (CHAT, "The END -> of it.", "The END -> of it."),
        (TEXT, "I hear you. END\nFriend: hi", "I hear you."),
        (TEXT, "I hear you. -> And I", "I hear you."),
        (TEXT, "I hear you.\nFriend: hi", "I hear you."),
        (TEXT, "My FRIEND, at the bENDs.", "My FRIEND, at the bENDs."),
        (persona(sampling={"stop": ["###", "\n"]}), "I hear\nyou.", "I hear"),
        (persona(sampling={"stop": ["###", "\n"]}), "I hear you. ### Next", "I hear you."),
    ],
)
def test_tidy_ends_at_a_mark(asked: Persona, text: str, expected: str) -> None:
    """An endpoint that ignores our stop marks does not show them, nor what the model went on to say."""
    assert tidied(text, asked) == expected


@pytest.mark.parametrize(
    ("text", "by_stop", "by_length", "by_time"),
    [
        ("One. Two. Thr", "One. Two. Thr", "One. Two.", "One. Two."),
        ("One. Two.", "One. Two.", "One. Two.", "One. Two."),
        ("I hear you and I, well", "I hear you and I, well", "I hear you and I\u2026", ""),
        ("Hm", "Hm", "Hm", ""),
        ("我听到你说的了。我想", "我听到你说的了。我想", "我听到你说的了。", "我听到你说的了。"),
        ("", "", "", ""),
        ("JOY: ", "", "", ""),
        ("JOY: One. Tw", "One. Tw", "One.", "One."),
        ("One. Tw\nUser: hi.", "One. Tw", "One.", "One."),
    ],
)
def test_tidy_shows_whole_sentences_of_words_that_were_cut(
    text: str, by_stop: str, by_length: str, by_time: str
) -> None:
    """Cut by max_tokens, a first sentence is kept with an ellipsis; cut by time or a broken line, it is dropped."""
    shown = {reason: tidied(text, finish_reason=reason) for reason in get_args(FinishReason)}

    assert shown == {"stop": by_stop, "length": by_length, "deadline": by_time, "cut": by_time}


@pytest.mark.parametrize("piece", ["\n", "\n ", "JOY: ", "*", "\n\n\n*", "JOY "])
def test_tidy_takes_its_time_from_the_length_alone(piece: str) -> None:
    """A model that stutters costs no more than a blink: the deadline is short."""
    text = "JOY: a" + piece * (23_000 // len(piece)) + "b"
    started = process_time()

    tidied(text, finish_reason="length")

    assert process_time() - started < 0.5


def test_tidy_caps_a_model_that_runs_on() -> None:
    """A model that never stops does not become a wall of text."""
    assert tidied("a" * 99_999) == "a" * MAX_REPLY_CHARACTERS


@steady
@given(text=hostile_text, asked=st.sampled_from([CHAT, TEXT]), reason=st.sampled_from(get_args(FinishReason)))
def test_tidy_never_shows_another_speakers_line(text: str, asked: Persona, reason: FinishReason) -> None:
    """Whatever the model says, what is shown can be sent, is stripped, and opens no other speaker's line."""
    shown = tidied(text, asked, reason)

    assert shown == shown.strip() == shown.encode().decode()
    lines = [line.strip().casefold() for line in shown.split("\n")]
    labels = [f"{label}{mark}".casefold() for label in (asked.labels.user, "JOY", "User") for mark in (":", "->")]
    assert [line for line in lines if line.startswith(tuple(labels))] == []
