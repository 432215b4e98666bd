"""Interviews as alternating rows: whose row is whose, and rows without a partner."""

from pathlib import Path

import pytest

from scripts.sources.alternating_rows import Options, load
from tests.shared import shared_data
from tests.sources.reading import found, read, texts

ROWS = [
    "What is a stack?",
    "A list that gives back last what was put in first.",
    "Define a queue",
    "A list that gives back first what was put in first.",
    "How do you reverse a list?",
    "Walk through it and turn each link round.",
]


def write(folder: Path, rows: list[str], header: str = "Text") -> Path:
    path = folder / "interview.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_the_question_is_the_prompt_by_default(tmp_path: Path) -> None:
    """The user asks, the persona answers from what it was trained on."""
    conversations, findings = read(load, write(tmp_path, ROWS))

    assert texts(conversations) == [(ROWS[0], ROWS[1]), (ROWS[2], ROWS[3]), (ROWS[4], ROWS[5])]
    assert [conversation.where for conversation in conversations] == [f"interview.csv:{line}" for line in (2, 4, 6)]
    assert found(findings) == [("pairing", "interview.csv")]


def test_the_persona_asks_the_next_question_when_told_so(tmp_path: Path) -> None:
    """An answer is followed by the question after it, never by the one that it answers."""
    conversations, _ = read(load, write(tmp_path, ROWS), Options(asks="assistant"))

    assert texts(conversations) == [(ROWS[1], ROWS[2], ROWS[3], ROWS[4])]


def test_a_blank_row_ends_an_interview(tmp_path: Path) -> None:
    """No question follows from an answer of another interview."""
    rows = [*ROWS[:4], "", *ROWS]

    conversations, _ = read(load, write(tmp_path, rows), Options(asks="assistant"))

    assert texts(conversations) == [(ROWS[1], ROWS[2]), (ROWS[1], ROWS[2], ROWS[3], ROWS[4])]


def test_long_interviews_are_cut_where_the_memory_ends(tmp_path: Path) -> None:
    """No conversation has more than eight exchanges."""
    rows = [word for n in range(20) for word in (f"What is {n}?", f"It is the number {n}.")]

    conversations, _ = read(load, write(tmp_path, rows), Options(asks="assistant"))

    assert [len(conversation.messages) // 2 for conversation in conversations] == [8, 8, 3]


@pytest.mark.parametrize(
    ("rows", "options"),
    [(ROWS, Options(first="answer")), ([*ROWS[1::-1], *ROWS[3:1:-1], *ROWS[5:3:-1]], Options())],
)
def test_the_swapped_pairing_of_the_article_is_reported(tmp_path: Path, rows: list[str], options: Options) -> None:
    """Whatever makes an answer the prompt of its own question is warned of, with the option that sets it right."""
    _, findings = read(load, write(tmp_path, rows), options)

    warnings = [(finding.check, finding.fix) for finding in findings if finding.severity == "warning"]
    right = "answer" if options.first == "question" else "question"
    assert ("swapped_pairing", f"--set first={right}") in warnings


def test_rows_that_begin_with_the_answer_are_paired_right_when_told_so(tmp_path: Path) -> None:
    """The question below an answer is its prompt."""
    conversations, findings = read(load, write(tmp_path, [ROWS[1], ROWS[0], ROWS[3], ROWS[2]]), Options(first="answer"))

    assert texts(conversations) == [(ROWS[0], ROWS[1]), (ROWS[2], ROWS[3])]
    assert found(findings) == [("pairing", "interview.csv")]


@pytest.mark.parametrize(
    ("missing", "check", "line"),
    [(1, "two_questions", 2), (2, "two_answers", 4), (5, "no_partner", 6)],
)
def test_a_missing_row_does_not_shift_the_pairs_after_it(tmp_path: Path, missing: int, check: str, line: int) -> None:
    """The row that lost its partner is reported, and every other pair is as it was."""
    pairs = [(ROWS[0], ROWS[1]), (ROWS[2], ROWS[3]), (ROWS[4], ROWS[5])]

    conversations, findings = read(load, write(tmp_path, ROWS[:missing] + ROWS[missing + 1 :]))

    assert texts(conversations) == [pair for pair in pairs if ROWS[missing] not in pair]
    assert (check, f"interview.csv:{line}") in found(findings)


def test_a_file_without_the_columns_name_loses_no_question(tmp_path: Path) -> None:
    """A first line that asks is the first row."""
    conversations, findings = read(load, write(tmp_path, ROWS[1:], header=ROWS[0]))

    assert texts(conversations)[0] == (ROWS[0], ROWS[1])
    assert ("no_header", "interview.csv:1") in found(findings)


def test_commas_without_quotation_marks_stay_in_the_text(tmp_path: Path) -> None:
    """In a table of one column a comma cannot part cells."""
    conversations, _ = read(load, write(tmp_path, ["What is a tree?", "Nodes, edges, and no circle."]))

    assert texts(conversations) == [("What is a tree?", "Nodes, edges, and no circle.")]


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The finding lists the columns that are."""
    conversations, findings = read(load, write(tmp_path, ROWS), Options(column="Words"))

    assert conversations == []
    assert [finding.message for finding in findings] == ['no column "Words"; the columns are: Text']


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    """Not even the column's name is there."""
    (tmp_path / "interview.csv").write_text("")

    assert found(read(load, tmp_path / "interview.csv")[1]) == [("empty_file", "interview.csv")]


def test_the_articles_interview_is_paired_whole() -> None:
    """562 rows are 281 pairs, and no row is taken for a stray one."""
    conversations, findings = read(load, shared_data("interview_alternating_rows.csv"))

    assert len(conversations) == 281
    assert [finding.check for finding in findings] == ["pairing"]
    assert conversations[5].messages[0].text == "What is soundex"
