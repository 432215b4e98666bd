"""Files are read line by line, and what keeps a line from being read is said with its physical number."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.dataset.json_text import BadText, read_object
from scripts.dataset.lines import read_lines
from tests.dataset.checks.lines_to_check import SOUND, Found, answers, asks, chat, found_in, written
from tests.strategies import json_values, steady

GOOD = written(SOUND["chat"]).encode()
LAST = written([chat(asks(), answers())]).encode()

BAD_FILES: list[tuple[str, bytes, Found]] = [
    ("nothing", b"", [("empty_file", None)]),
    ("only a BOM", b"\xef\xbb\xbf", [("empty_file", None)]),
    ("BOM", b"\xef\xbb\xbf" + GOOD, [("byte_order_mark", 1)]),
    ("UTF-16", b"\xff\xfe" + GOOD.decode().encode("utf-16-le"), [("utf_16", None)]),
    ("UTF-16 without BOM", GOOD.decode().encode("utf-16-be"), [("utf_16", None)]),
    ("a list", json.dumps(SOUND["chat"]).encode(), [("json_array", None)]),
    ("a list over lines", json.dumps(SOUND["chat"], indent=1).encode(), [("json_array", None)]),
    ("an object over lines", json.dumps(SOUND["chat"][0], indent=1).encode(), [("spread_object", None)]),
    ("CR alone", GOOD.replace(b"\n", b"\r"), [("cr_newlines", None)]),
    ("CRLF", GOOD.replace(b"\n", b"\r\n"), []),
    ("no newline at the end", GOOD.rstrip(b"\n"), []),
    ("blank lines", GOOD + b"\n  \r\n" + LAST + b"\n", [("blank_line", 11), ("blank_line", 12), ("blank_line", 14)]),
    ("only blank lines", b"\n\n", [("blank_line", 1), ("blank_line", 2), ("unknown_format", None)]),
    ("Windows-1252", GOOD + LAST.replace(b"can", b"can\xe9"), [("not_utf_8", 11)]),
    ("cut in a text", GOOD + LAST[:40], [("cut_line", 11)]),
    ("cut in an object", GOOD + LAST[:-3], [("cut_line", 11)]),
    ("cut in the middle of the file", GOOD + LAST[:40] + b"\n" + LAST, [("not_json", 11)]),
    ("two objects", GOOD + LAST.rstrip() + LAST, [("not_json", 11)]),
    ("a key twice", GOOD + b'{"messages": [], "messages": []}\n', [("repeated_key", 11)]),
    ("NaN", GOOD + b'{"messages": NaN}\n', [("not_a_number", 11)]),
    ("minus infinity", GOOD + b'{"messages": [-Infinity]}\n', [("not_a_number", 11)]),
    ("NUL", GOOD + LAST.replace(b"can", rb"c\u0000n"), [("nul_character", 11)]),
    ("no NUL", GOOD + LAST.replace(b"can", rb"c\\u0000n"), []),
    ("half a character", GOOD + LAST.replace(b"can", rb"c\ud83dn"), [("lone_surrogate", 11)]),
    ("a whole character", GOOD + LAST.replace(b"can", rb"c\ud83d\ude00n"), []),
    ("no object", GOOD + b'"hello"\n[1]\n7\nnull\n', [("not_an_object", line) for line in (11, 12, 13, 14)]),
    ("a CSV file", b"prompt,completion\na,b\n", [("not_json", 1), ("not_json", 2), ("unknown_format", None)]),
    ("100,000 brackets", GOOD + b"[" * 100_000 + b"\n", [("nested_too_deep", 11)]),
    ("500 brackets", GOOD + b'{"messages": ' + b"[" * 500 + b"]" * 500 + b"}\n", [("nested_too_deep", 11)]),
    ("a number without end", GOOD + b'{"messages": ' + b"9" * 10_000 + b"}\n", [("not_json", 11)]),
    ("unknown objects", b'{"text": "hello"}\n' * 10, [("unknown_format", None)]),
    ("9 examples", b"".join(GOOD.splitlines(keepends=True)[1:]), [("too_few_examples", None)]),
]


@pytest.mark.parametrize(("content", "found"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
def test_what_keeps_a_file_from_being_read_is_found(content: bytes, found: Found, tmp_path: Path) -> None:
    """Once, where it is; the lines around it are checked as ever."""
    path = tmp_path / "train.jsonl"
    path.write_bytes(content)

    assert found_in(path) == found


def test_a_path_that_is_no_file_is_found(tmp_path: Path) -> None:
    """Missing, a folder, or below something that is no folder."""
    (tmp_path / "file").write_text("")
    places = ["missing.jsonl", ".", "file/train.jsonl"]

    assert [found_in(tmp_path / place)[0] for place in places] == [
        ("missing_file", None),
        ("is_a_folder", None),
        ("unreadable_file", None),
    ]


@pytest.mark.parametrize(
    ("line", "column", "cause"),
    [
        ('{"a": 1,}', 9, "a comma after the last entry"),
        ('{"a": [1,]}', 10, "a comma after the last entry"),
        ("{'a': 1}", 2, "single quotes"),
        ('{"a": None}', 7, "a word of Python or JavaScript"),
        ("{a: 1}", 2, "a key without double quotes"),
        ('{"a": 1} // one', 10, "a second value follows"),
        ('{"a": // one', 7, "a comment"),
        ('{"a": "x\ty"}', 9, "a raw line break, tab or control character in a text"),
        ('{"a": "say "x""}', 13, "a missing comma or colon, or a quote in a text"),
        ('{"a": "x}', 7, "a text without its closing quote"),
        (r'{"a": "C:\data"}', 10, "a backslash that escapes nothing"),
        ('{"é": }', 7, "no value where one must stand"),
    ],
)
def test_broken_json_is_explained(line: str, column: int, cause: str) -> None:
    """The column counts characters from 1, the cause is what people do most."""
    with pytest.raises(BadText) as caught:
        read_object(f"{line}\n".encode())

    assert caught.value.problem.message == f"not JSON at column {column}: {cause}"


def test_lines_keep_their_physical_numbers(tmp_path: Path) -> None:
    """Lines that cannot be read count too, so an editor finds every one; sizes add up to the file's."""
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'{"a": 1}\r\n\nnonsense\n{"b": 2}')

    lines = list(read_lines(path))

    assert [(line.number, line.value) for line in lines] == [(1, {"a": 1}), (2, None), (3, None), (4, {"b": 2})]
    assert sum(line.size for line in lines) == path.stat().st_size


def test_a_line_over_the_limit_is_passed_over(tmp_path: Path) -> None:
    """It is never held whole in memory, and the lines after it are read."""
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b": "' + b"x" * 1_000 + b'"}\n{"c": 3}\n' + b"x" * 1_000)

    lines = list(read_lines(path, max_line_bytes=100))

    assert [line.value for line in lines] == [{"a": 1}, None, {"c": 3}, None]
    assert [finding.check for line in lines for finding in line.findings] == ["line_too_long", "line_too_long"]
    assert sum(line.size for line in lines) == path.stat().st_size


def test_a_huge_line_is_only_too_long(tmp_path: Path) -> None:
    """Ten megabytes of one letter, or of one sign outside of every vocabulary, are counted and found too long."""
    path = tmp_path / "train.jsonl"
    huge = [chat(asks(f"{sign}?"), answers(sign * 5_000_000)) for sign in ("A", "\U000e0001")]
    path.write_text(GOOD.decode() + "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in huge))

    assert found_in(path) == [("too_long", 11), ("too_long", 12)]


def outcome(raw: bytes) -> object:
    """Return what a line was read as, or the rule that it breaks."""
    try:
        return read_object(raw)
    except BadText as bad:
        return bad.rule.name


@steady
@given(st.dictionaries(st.text(), json_values))
def test_what_json_writes_is_read_or_refused(value: dict[str, object]) -> None:
    """Any object of JSON is read as it was, or refused for a reason; nothing else is raised."""
    read = outcome(json.dumps(value).encode() + b"\n")

    assert read == value or read in {"not_a_number", "lone_surrogate", "nul_character"}


@steady
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No line of bytes breaks the reader."""
    assert isinstance(outcome(raw), dict | str)
