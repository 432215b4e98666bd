"""Tables in any file: the same rows from each, and whatever breaks them named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from scripts.dataset.types import Finding
from scripts.sources.table_rows import read_table
from tests.sources.reading import found

ROWS = [{"prompt": "NA", "completion": "null"}, {"prompt": "two\nlines", "completion": '"quoted", 1.0'}]


def write_csv(path: Path, separator: str) -> None:
    cells = ['"two\nlines"', '"""quoted"", 1.0"']
    path.write_text(f"prompt{separator}completion\r\nNA{separator}null\r\n{separator.join(cells)}\r\n", newline="")


def write_xlsx(path: Path, rows: list[list[Any]]) -> None:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)


def read(path: Path) -> tuple[list[tuple[str, dict[str, str]]], list[Finding]]:
    findings: list[Finding] = []
    return [(row.where, dict(row.cells)) for row in read_table(path, findings.append)], findings


@pytest.mark.parametrize("kind", ["a.csv", "b.csv", "tsv", "xlsx", "json", "data.json", "jsonl", "lines.json"])
def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path, kind: str) -> None:
    """Texts that look like nothing or like numbers stay texts, whatever they were written in."""
    path = tmp_path / f"table.{kind}"
    if kind.endswith("csv") or kind == "tsv":
        write_csv(path, {"a.csv": ",", "b.csv": ";", "tsv": "\t"}[kind])
    elif kind == "xlsx":
        write_xlsx(path, [["prompt", "completion"], *[list(row.values()) for row in ROWS]])
    elif kind in ("jsonl", "lines.json"):
        path.write_text("\ufeff" + "\n".join(map(json.dumps, ROWS)))
    else:
        path.write_text(json.dumps({"data": ROWS} if kind == "data.json" else ROWS, indent=1))

    rows, findings = read(path)

    assert ([cells for _, cells in rows], findings) == (ROWS, [])


def test_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    """A row with line breaks in it does not move the numbers of those after it; a blank line is a row."""
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"x\ny\nz",1\n\nu,v\n')

    assert [where for where, _ in read(path)[0]] == ["t.csv:2", "t.csv:5", "t.csv:6"]


def test_lines_of_a_json_list_are_counted(tmp_path: Path) -> None:
    """Each object is where it begins."""
    path = tmp_path / "t.json"
    path.write_text('[\n {"a": "1"},\n\n {"a":\n "2"}, {"a": 3}\n]')

    assert read(path)[0] == [("t.json:2", {"a": "1"}), ("t.json:4", {"a": "2"}), ("t.json:5", {"a": "3"})]


@pytest.mark.parametrize(
    ("name", "content", "rows", "reported"),
    [
        ("t.csv", "a,b\n1,2,3\n4,5\n", 1, [("ragged_row", "t.csv:2")]),
        ("t.csv", "a,b\n1\n", 1, [("ragged_row", "t.csv:2")]),
        ("t.csv", "a,a\n1,2\n", 1, [("same_column_twice", "t.csv:1")]),
        ("t.csv", 'a,b\n1,2\n3,"' + "x" * 200_000, 1, [("broken_csv", "t.csv:3")]),
        ("t.csv", "", 0, []),
        ("t.jsonl", '{"a": "1"}\n{"a": \n\n{"a": "2"}\n', 2, [("broken_json", "t.jsonl:2")]),
        ("t.jsonl", '[1]\n', 0, [("no_object", "t.jsonl:1")]),
        ("t.jsonl", '{"messages": [1]}\n', 1, [("nested_value", "t.jsonl:1")]),
        ("t.json", '[{"a": "1"},\n {"a": }]', 1, [("broken_json", "t.json:2")]),
        ("t.json", '[{"a": "1"}', 1, [("broken_json", "t.json:1")]),
        ("t.json", "[" * 100_000, 0, [("broken_json", "t.json:1")]),
        ("t.xlsx", "no workbook", 0, [("broken_xlsx", "t.xlsx")]),
    ],
)  # fmt: skip
def test_what_is_broken_is_named(
    tmp_path: Path, name: str, content: str, rows: int, reported: list[tuple[str, str]]
) -> None:
    """The place is reported, the rest is read, and nothing is raised."""
    (tmp_path / name).write_text(content)

    read_rows, findings = read(tmp_path / name)

    assert (len(read_rows), found(findings)) == (rows, reported)


def test_cells_of_a_workbook_are_what_it_shows(tmp_path: Path) -> None:
    """Whole numbers have no .0, yes and no are in capitals, and further sheets are reported."""
    write_xlsx(tmp_path / "t.xlsx", [["a", "b", "c", "d"], [3.0, 2.5, True, None], [None, None, None, None]])

    assert read(tmp_path / "t.xlsx")[0] == [
        ("t.xlsx:2", {"a": "3", "b": "2.5", "c": "TRUE", "d": ""}),
        ("t.xlsx:3", {}),
    ]
