"""Prompts and completions under any names: cut answers left out, old marks taken off."""

import json
from pathlib import Path

import pytest

from scripts.sources.prompt_completion_table import Options, load
from tests.shared import shared_data
from tests.sources.reading import found, read, texts

COLUMNS = ("age", "prompt", "sub_prompt", "response_txt", "finish_reason")
HEROES = [
    dict(zip(COLUMNS, ("20", "Invent a hero of 20", "20, woman", " Mira bends light.", "stop"), strict=True)),
    dict(zip(COLUMNS, ("30", "Invent a hero of 30", "30, man", "Ron can sto", "length"), strict=True)),
]


def write(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "table.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_superhero_chain_is_read_without_cut_answers(tmp_path: Path) -> None:
    """Its own columns are found; the row that ended with length is left out and named."""
    conversations, findings = read(load, write(tmp_path, HEROES))

    assert texts(conversations) == [("20, woman", "Mira bends light.")]
    assert found(findings) == [("cut_answer", "table.jsonl:2")]


@pytest.mark.parametrize(
    ("prompt", "completion", "options"),
    [
        ("Prompt", "Completion", Options()),
        ("question", "answer", Options()),
        ("Input", "OUTPUT", Options()),
        ("was", "darauf", Options(prompt="was", completion="darauf")),
    ],
)
def test_columns_of_any_name_are_found(tmp_path: Path, prompt: str, completion: str, options: Options) -> None:
    """Known names without regard to capitals, any others by option."""
    conversations, findings = read(load, write(tmp_path, [{"id": "1", prompt: "NA", completion: "null"}]), options)

    assert (texts(conversations), findings) == ([("NA", "null")], [])


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (("a", "b"), Options(), "no column that is known as prompt; the columns are: a, b"),
        (("prompt", "b"), Options(), "no column that is known as completion; the columns are: prompt, b"),
        (("prompt", "completion"), Options(completion="x"), 'no column "x"; the columns are: prompt, completion'),
    ],
)
def test_a_column_that_is_not_there_is_named(
    tmp_path: Path, columns: tuple[str, str], options: Options, message: str
) -> None:
    """The finding says which is missing and which there are."""
    conversations, findings = read(load, write(tmp_path, [dict.fromkeys(columns, "x")]), options)

    assert (conversations, [finding.message for finding in findings]) == ([], [message])


@pytest.mark.parametrize(
    ("separator", "end"), [(" ->", " END"), ("\n\n###\n\n", " [END]"), ("\n\n### =>\n\n", "***"), ("", "")]
)
def test_the_marks_of_the_old_tool_are_taken_off(tmp_path: Path, separator: str, end: str) -> None:
    """Both marks go and are counted; the same marks inside a text stay."""
    rows = [{"prompt": f"a -> {n}{separator}", "completion": f" THE END of {n}.{end}"} for n in range(3)]

    conversations, findings = read(load, write(tmp_path, rows))

    assert texts(conversations) == [(f"a -> {n}", f"THE END of {n}.") for n in range(3)]
    assert [finding.message[:20] for finding in findings] == (["3 texts ended with t"] * 2 if end else [])


def test_a_mark_that_only_some_end_with_is_theirs(tmp_path: Path) -> None:
    """What is not after every prompt is no separator."""
    rows = [{"prompt": "a ->", "completion": "x"}, {"prompt": "b", "completion": "y END"}]

    assert texts(read(load, write(tmp_path, rows))[0]) == [("a ->", "x"), ("b", "y END")]


def test_completions_of_one_prompt_share_a_group(tmp_path: Path) -> None:
    """They cannot be torn apart by a split."""
    rows = [{"prompt": prompt, "completion": str(n)} for n, prompt in enumerate("aab")]

    groups = [conversation.group for conversation in read(load, write(tmp_path, rows))[0]]

    assert groups[0] == groups[1] != groups[2]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    """They are neither read nor reported."""
    (tmp_path / "table.csv").write_text("prompt,completion\n\na,b\n\n")

    conversations, findings = read(load, tmp_path / "table.csv")

    assert (texts(conversations), findings) == ([("a", "b")], [])


def test_empty_sides_are_left_out(tmp_path: Path) -> None:
    """A row without prompt or completion is named with its line."""
    rows = [{"prompt": " ", "completion": "x"}, {"prompt": "y", "completion": ""}]

    assert found(read(load, write(tmp_path, rows))[1]) == [
        ("empty_prompt", "table.jsonl:1"),
        ("empty_completion", "table.jsonl:2"),
    ]


def test_swapped_interviews_are_suspected(tmp_path: Path) -> None:
    """Answers as prompts and questions as completions are what the interview article makes."""
    rows = [{"prompt": f"It is {n}.", "completion": f"What is {n}?"} for n in range(4)]

    assert ("swapped_pairing", "table.jsonl") in found(read(load, write(tmp_path, rows))[1])


def test_a_completion_without_an_end_is_suspected_among_whole_ones(tmp_path: Path) -> None:
    """Where finish_reason was thrown away, the missing full stop still tells."""
    rows = [{"prompt": str(n), "completion": "It is done." if n else "It was nearly"} for n in range(12)]

    conversations, findings = read(load, write(tmp_path, rows))

    assert (len(conversations), found(findings)) == (12, [("looks_cut", "table.jsonl:1")])


@pytest.mark.parametrize(
    ("name", "rows", "checks"),
    [
        ("out_openai_completion.csv", 57, ["cut_answer"] * 3),
        ("prepared_data.csv", 60, ["looks_cut"] * 3),
        ("prepared_data_prepared.jsonl", 60, ["looks_cut"] * 3 + ["mark_removed"] * 2),
    ],
)
def test_the_synthetic_articles_chain_is_read_at_each_link(name: str, rows: int, checks: list[str]) -> None:
    """The generated table loses its three cut answers; in the files made of it the same three are suspected."""
    conversations, findings = read(load, shared_data(f"grid_csv_chain/{name}"))

    assert (len(conversations), [finding.check for finding in findings]) == (rows, checks)
