"""A file is read as it is written, whatever its format; what cannot be read is named with its line."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from scripts.dataset.tables.reading import read_table
from scripts.dataset.tables.types import BadTable, Table, UnknownFormat

PAIRS = [{"prompt": "kettle", "completion": "boils"}, {"prompt": "lamp", "completion": "glows"}]
LINES = "".join(json.dumps(pair) + "\n" for pair in PAIRS)


def read(folder: Path, name: str, text: str | bytes) -> Table:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path)


def pairs(table: Table) -> list[tuple[str, object, object]]:
    """Return (where, prompt, completion) of each row."""
    return [(record.where, record.fields.get("prompt"), record.fields.get("completion")) for record in table.records]


@pytest.mark.parametrize(
    ("name", "text", "form", "places"),
    [
        ("a.csv", "prompt,completion\nkettle,boils\nlamp,glows\n", "CSV", [2, 3]),
        ("a.CSV", "\ufeffprompt,completion\r\nkettle,boils\r\n\r\n   \r\nlamp,glows", "CSV", [2, 5]),
        ("a.csv", "prompt,completion\rkettle,boils,,\rlamp,glows\r", "CSV", [2, 3]),
        ("a.csv", "prompt,completion,prompt\nkettle,boils,x\nlamp,glows,y\n", "CSV", [2, 3]),
        ("a.tsv", "prompt\tcompletion\nkettle\tboils\nlamp\tglows\n", "TSV", [2, 3]),
        ("a.jsonl", LINES, "JSONL", [1, 2]),
        ("a.jsonl", "\ufeff\n" + LINES.replace("\n", "\r\n\r\n"), "JSONL", [2, 4]),
        ("a.json", LINES, "JSONL", [1, 2]),
        ("a.json", json.dumps(PAIRS), "JSON", [1, 2]),
        ("a.jsonl", json.dumps(PAIRS, indent=2), "JSON", [1, 2]),
        ("a.json", '{"prompt": ["kettle", "lamp"], "completion": {"0": "boils", "1": "glows"}}', "JSON", [1, 2]),
    ],
)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str, text: str, form: str, places: list[int]) -> None:
    """The same two rows, with the line they begin on, or their number in a JSON array."""
    table = read(tmp_path, name, text)

    expected = [
        (f"{name}:{place}", pair["prompt"], pair["completion"]) for place, pair in zip(places, PAIRS, strict=True)
    ]
    assert (pairs(table), table.form, table.columns) == (expected, form, ("prompt", "completion"))


def test_a_text_file_holds_completions_alone(tmp_path: Path) -> None:
    """Each line is one; the last line end makes no row, an empty line in between does."""
    table = read(tmp_path, "a.txt", "\ufeffone\r\n\r\ntwo three\n")

    assert pairs(table) == [("a.txt:1", "", "one"), ("a.txt:2", "", ""), ("a.txt:3", "", "two three")]


def test_a_spreadsheet_is_read_as_seen(tmp_path: Path) -> None:
    """The first sheet counts; whole numbers have no ".0", empty rows are none, errors of formulas are nothing."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("prompt", "completion", None), (7.0, True, "x"), (None, None, None), ("NA", 2.5, None), ("e", "#N/A")):
        sheet.append(row)
    book.create_sheet("notes")
    book.save(tmp_path / "a.xlsx")

    table = read_table(tmp_path / "a.xlsx")

    assert pairs(table) == [("a.xlsx:2", "7", "True"), ("a.xlsx:4", "NA", "2.5"), ("a.xlsx:5", "e", "")]
    assert (table.columns, table.left_out) == (("prompt", "completion", "column 3"), ("notes",))


def test_cells_stay_text(tmp_path: Path) -> None:
    """Nothing is taken for a number, a date or a missing value; quoted cells hold commas, quotes and line ends."""
    table = read(tmp_path, "a.csv", 'prompt,completion\n007,NA\n1.50,"a, ""b""\r\nc"\nnull\n')

    assert pairs(table) == [("a.csv:2", "007", "NA"), ("a.csv:3", "1.50", 'a, "b"\r\nc'), ("a.csv:5", "null", "")]


def test_json_numbers_stay_as_written(tmp_path: Path) -> None:
    """Numbers are text as they stand, null and what is missing are empty, lists are kept for others to refuse."""
    text = (
        '{"prompt": 1.50, "completion": 100000000000000000000}\n{"prompt": null, "completion": ["a"]}\n{"prompt": true}'
    )

    table = read(tmp_path, "a.jsonl", text)

    assert pairs(table) == [
        ("a.jsonl:1", "1.50", "100000000000000000000"),
        ("a.jsonl:2", "", ["a"]),
        ("a.jsonl:3", "True", None),
    ]


def test_a_field_of_any_length_is_read(tmp_path: Path) -> None:
    """The csv module's own limit of 128 KiB does not hold here."""
    table = read(tmp_path, "a.csv", f"prompt,completion\nlong,{'x' * 200_000}\n")

    assert pairs(table) == [("a.csv:2", "long", "x" * 200_000)]
    assert csv.field_size_limit() == 131_072, "the limit is the whole program's: it must be back"


@pytest.mark.parametrize(
    ("name", "text", "where", "cause"),
    [
        ("a.csv", "", "a.csv:1:", "empty"),
        ("a.csv", "prompt,completion\na,b\nc,d,e\n", "a.csv:3:", "3 fields"),
        ("a.csv", 'prompt,completion\na,b\nc,"d\ne,f\n', "a.csv:3:", "never ends"),
        ("a.csv", b"prompt,completion\na,b\nc,d\xe9\n", "a.csv:3:", "not UTF-8"),
        ("a.jsonl", LINES + '{"prompt": "x", "completion": }\n', "a.jsonl:3:", "Expecting value at character 31"),
        ("a.jsonl", LINES + "[1]\n", "a.jsonl:3:", "found list"),
        ("a.jsonl", LINES + '{"prompt": NaN}\n', "a.jsonl:3:", "NaN is no JSON value"),
        ("a.jsonl", "", "a.jsonl:", "empty"),
        ("a.json", '[\n{"prompt": "x"},\n{"prompt" "y"}\n]', "a.json:3:", "Expecting ':'"),
        ("a.json", "3", "a.json:", "array of such objects"),
        ("a.jsonl", "[" * 100_000, "a.jsonl:1:", "not JSON"),
        ("a.xlsx", "prompt,completion", "a.xlsx:", "not an XLSX file"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, text: str | bytes, where: str, cause: str) -> None:
    """The message begins with the place and says what is wrong there."""
    with pytest.raises(BadTable) as refused:
        read(tmp_path, name, text)

    message = str(refused.value)
    assert message.startswith(where)
    assert cause in message


def test_other_formats_are_refused_by_name(tmp_path: Path) -> None:
    """The formats that are read are listed."""
    with pytest.raises(UnknownFormat, match=r"a\.yml: .* \.csv, \.tsv, \.xlsx, \.txt, \.json, \.jsonl"):
        read(tmp_path, "a.yml", "- a")
