"""The file of answers: nothing that arrived is lost, whatever killed the process."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.generation.answers import Answer, BadAnswers, answer_from, open_answers, read_answers
from tests.generation.server import completion

FIRST = Answer("a", "one\nline\u2028 and \r another, 谢谢", "stop", 3, 4)
SECOND = Answer("b", "", "length", 5, 6)


def keep(path: Path, *answers: Answer) -> None:
    with open_answers(path) as kept:
        for answer in answers:
            kept.keep(answer)


def test_answers_come_back_as_they_were_kept(tmp_path: Path) -> None:
    """Whatever the words are, a line holds them; the first answer of a key stays."""
    path = tmp_path / "new" / "answers.jsonl"

    keep(path, FIRST, SECOND, Answer("a", "another", "stop"))

    assert read_answers(path) == {"a": FIRST, "b": SECOND}


def test_a_line_torn_anywhere_is_cut_off(tmp_path: Path) -> None:
    """After a kill in the middle of writing, the whole lines count, and the file goes on growing rightly."""
    path = tmp_path / "answers.jsonl"
    keep(path, FIRST, SECOND)
    whole = path.read_bytes()
    begin = whole.index(b"\n") + 1

    for end in range(begin, len(whole)):
        path.write_bytes(whole[:end])
        assert read_answers(path) == {"a": FIRST}
        keep(path, SECOND)
        assert path.read_bytes() == whole


def test_a_line_broken_within_is_named(tmp_path: Path) -> None:
    """What no kill can have done is for a person to look at."""
    path = tmp_path / "answers.jsonl"
    keep(path, FIRST)
    path.write_bytes(b"{]\n" + path.read_bytes())

    with pytest.raises(BadAnswers, match=r"answers\.jsonl:1: is no answer; delete this line"), open_answers(path):
        pass


def test_two_runs_never_write_into_one_file(tmp_path: Path) -> None:
    """The second is told; nothing is paid by both."""
    path = tmp_path / "answers.jsonl"

    with open_answers(path), pytest.raises(BadAnswers, match="another run is writing there"), open_answers(path):
        pass


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (completion("Hi."), Answer("k", "Hi.", "stop", 10, 5)),
        (completion("Half a", "length"), Answer("k", "Half a", "length", 10, 5)),
        (completion(None), Answer("k", "", "stop", 10, 5)),
        (completion(None, refusal="I cannot."), Answer("k", "", "refusal", 10, 5)),
        ({"choices": [{"message": {"content": 3}}], "usage": None}, Answer("k", "", "")),
    ],
)
def test_a_completion_becomes_an_answer(body: object, answer: Answer) -> None:
    """Words, the reason they end, and the tokens; a refusal is marked as one."""
    assert answer_from("k", body) == answer


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_other_body_is_refused(body: object) -> None:
    """Whatever JSON an endpoint sends, it is an answer or BadAnswers."""
    with pytest.raises(BadAnswers, match="no chat completion"):
        answer_from("k", body)
