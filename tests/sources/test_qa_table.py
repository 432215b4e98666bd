"""Questions with several answers: groups, scores, and HTML made plain."""

import csv
from pathlib import Path

import pytest

from scripts.sources.html_text import read_html
from scripts.sources.qa_table import Options, load
from tests.shared import shared_data
from tests.sources.reading import found, read, texts

COLUMNS = ("questionID", "questionTitle", "questionText", "answerText", "upvotes")


def write(folder: Path, *rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> Path:
    path = folder / "qa.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def test_each_answer_is_a_conversation_of_its_questions_group(tmp_path: Path) -> None:
    """Title and text are the prompt, upvotes the score, and the words of the question hold its answers together."""
    path = write(
        tmp_path,
        ("1", "Sleep", "I lie awake.", "Get up early.", "3"),
        ("2", "Sleep ", "I  lie awake.", "No coffee.", ""),
        ("1", "Work", "I am late.", "Leave earlier.", "1,200"),
    )

    conversations, findings = read(load, path)

    assert texts(conversations)[0] == ("Sleep\nI lie awake.", "Get up early.")
    assert [conversation.score for conversation in conversations] == [3.0, None, 1200.0]
    assert [conversation.group == conversations[0].group for conversation in conversations] == [True, True, False]
    assert found(findings) == [("number_of_several", "qa.csv")]


@pytest.mark.parametrize(
    ("title", "text", "question"),
    [
        ("Why me?", "", "Why me?"),
        ("", "Why me?", "Why me?"),
        ("Why me?", "why  me? I was early.", "why  me? I was early."),
        ("Why me?", "It rained.", "Why me?\nIt rained."),
    ],
)
def test_a_title_is_not_said_twice(tmp_path: Path, title: str, text: str, question: str) -> None:
    """A text that begins with the title stands alone."""
    assert texts(read(load, write(tmp_path, ("1", title, text, "a", "")))[0]) == [(question, "a")]


def test_columns_may_be_named(tmp_path: Path) -> None:
    """Any names will do, by option."""
    path = write(tmp_path, ("q", "a"), columns=("Frage", "Antwort"))

    conversations, findings = read(load, path, Options(title="Frage", answer="Antwort"))

    assert (texts(conversations), findings) == ([("q", "a")], [])


@pytest.mark.parametrize(
    ("row", "check"),
    [
        (("1", "", "", "a", ""), "empty_question"),
        (("1", "q", "", "<p> </p>", ""), "empty_answer"),
        (("1", "q", "", "a", "many"), "unreadable_score"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, row: tuple[str, ...], check: str) -> None:
    """A row that cannot be used is left out with its line; an odd score only loses itself."""
    assert (check, "qa.csv:2") in found(read(load, write(tmp_path, row))[1])


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """The finding lists the columns that are there."""
    conversations, findings = read(load, write(tmp_path, ("q",), columns=("questionTitle",)))

    assert conversations == []
    assert findings[0].message == "no column that is known as answer; the columns are: questionTitle"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("I <3 you & a < b", "I <3 you & a < b"),
        ("<my name> said <b>hi</b>", "<my name> said hi"),
        ("<p>One &amp; two</p><p>three<br>four</p>", "One & two\n\nthree\nfour"),
        ("<ul><li>a</li><li>b <i>c</i></li></ul>", "* a\n  * b c"),
        ('see <a href="https://example.org">this</a>\nnext line', "see this\nnext line"),
        ("Fish &amp; chips &#8211; &lt;b&gt;", "Fish & chips – <b>"),
        ("before<script>alert(1)</script> after<style>p {}</style>", "before after"),
        ("<p>" + "<div>" * 2_000 + "deep", "deep"),
    ],
)
def test_html_becomes_what_a_reader_saw(raw: str, text: str) -> None:
    """Tags and entities that HTML knows are read; anything else between < and > is words."""
    assert read_html(raw) == text


def test_the_counsellors_answers_are_read_whole() -> None:
    """2,129 answers to 824 questions by their words, and the numbers that stand for two of them are reported."""
    conversations, findings = read(load, shared_data("counsel_chat_2020.csv"))

    assert (len(conversations), found(findings)) == (2129, [("number_of_several", "counsel_chat_2020.csv")])
    assert len({conversation.group for conversation in conversations}) == 824
