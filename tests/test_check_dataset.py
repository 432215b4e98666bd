"""The command says all at once, prints nobody's words, and leaves with 0, 1 or 2."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scripts.check_dataset import main
from scripts.dataset.checks.finding_log import KEPT
from scripts.dataset.checks.registry import CHECKS
from tests.dataset.checks.lines_to_check import SOUND, answers, asks, chat, says, written
from tests.shared import SHARED

SECRET = "Xylophonist Quatermain"


def check(*arguments: str | Path) -> Result:
    """Run the command as a person would."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Ten sound chat lines."""
    path = tmp_path / "train.jsonl"
    path.write_text(written(SOUND["chat"]))
    return path


@pytest.fixture
def repeated(tmp_path: Path) -> Path:
    """A file with a warning only."""
    path = tmp_path / "repeated.jsonl"
    path.write_text(written([*SOUND["chat"], SOUND["chat"][0]]))
    return path


def test_the_page_says_all(sound: Path) -> None:
    """Findings by check with their lines, then lengths, tokens, epochs and cost with the price's source."""
    with sound.open("a") as file:
        file.write(written([chat(asks("Hm?"), says("assistant", ""))] * 7))

    result = check(sound, "--model", "gpt-4o-mini", "--epochs", "2")

    assert result.exit_code == 1
    assert (
        result.stdout
        == f"""\
{sound}: chat format, 17 lines, 17 examples
  error: empty_content (7 times)
    content is empty: line 11 messages[1], line 12 messages[1], line 13 messages[1], line 14 messages[1], \
line 15 messages[1] and 2 more
      fix: write the words, or delete the message
  warning: duplicate_example (6 times)
    the example stands in the file already: line 12 (as line 11), line 13 (as line 11), line 14 (as line 11), \
line 15 (as line 11), line 16 (as line 11) and 1 more
      fix: delete it, unless it should weigh double
  answer tokens per example: min 0, 5% 0, median 5, mean 2.9, 95% 5, max 5
  messages per example: min 2, 5% 2, median 2, mean 2.0, 95% 2, max 2
  tokens per example: min 13, 5% 13, median 21, mean 17.7, 95% 21, max 21
  without a system message: 17; without a user message: 0
  tokens for gpt-4o-mini: 301; at most 65,536 an example
  billed if trained on: 301 x 2 epochs = 602
  cost: $0.00 at $3 a million tokens; price: OpenAI's price page as published in 2025; not read again since, check it \
before you pay (2025-06-01)

7 errors, 6 warnings: not ready for training
"""
    )


def test_an_estimate_is_called_one(sound: Path) -> None:
    """A model of unknown vocabulary, without limit and price, gets an estimate and no money."""
    page = check(sound, "--model", "mistral-small").stdout

    assert [line.strip() for line in page.splitlines()[5:8]] == [
        "tokens for mistral-small: about 120 (estimated); no length limit is known for it, so lengths were not checked",
        "billed if trained on: about 120 (estimated) x 10 epochs = about 1,200 (estimated)",
        "cost: the price file has no row for mistral-small",
    ]


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--strict",), 1)])
def test_warnings_fail_only_when_strict(arguments: tuple[str, ...], code: int, repeated: Path) -> None:
    """0 for files that can be used, and 1 for warnings when asked to be strict."""
    assert check(repeated, *arguments).exit_code == code


def test_what_is_not_there_is_used_wrongly(sound: Path, tmp_path: Path) -> None:
    """2, and the files that are there are checked all the same."""
    result = check(tmp_path / "missing.jsonl", tmp_path, sound)

    assert result.exit_code == 2
    assert [line for line in result.stdout.splitlines() if "error" in line] == [
        "  error: missing_file",
        "  error: is_a_folder",
        "2 errors, 0 warnings: not ready for training",
    ]


@pytest.mark.parametrize("arguments", [(), ("train.jsonl", "./train.jsonl"), ("--explain", "emty_content")])
def test_a_wrong_call_says_how(arguments: tuple[str, ...]) -> None:
    """No file, a file twice, and a check that does not exist leave with 2."""
    assert check(*arguments).exit_code == 2


def test_every_check_can_be_explained() -> None:
    """One, or all of them."""
    assert check("--explain", "empty_content").stdout == (
        "empty_content (error): A message's content is empty or only spaces.\n"
    )
    assert len(check("--explain", "all").stdout.splitlines()) == len(CHECKS)


def test_json_says_the_same(repeated: Path) -> None:
    """One object with counts, findings and numbers."""
    record: dict[str, Any] = json.loads(check(repeated, "--json").stdout)

    assert (record["errors"], record["warnings"]) == (0, 1)
    assert record["findings"] == [
        {
            "severity": "warning",
            "check": "duplicate_example",
            "file": str(repeated),
            "line": 11,
            "place": "(as line 1)",
            "message": "the example stands in the file already",
            "fix": "delete it, unless it should weigh double",
        }
    ]
    assert record["files"][0]["counts"] == {"duplicate_example": 1}
    assert record["files"][0]["training"]["billed_tokens_x_epochs"] == 9 * record["files"][0]["training"]["tokens"]


def test_a_forced_format_is_held_against_every_line(sound: Path) -> None:
    """Who says completions gets each chat line back."""
    record = json.loads(check(sound, "--format", "completions", "--json").stdout)

    assert record["files"][0]["counts"] == {"mixed_formats": 10, "too_few_examples": 1}


def test_findings_are_counted_beyond_those_kept(tmp_path: Path) -> None:
    """A file that is wrong in every line costs no more memory than a thousand findings."""
    path = tmp_path / "train.jsonl"
    path.write_text("nonsense\n" * (KEPT + 7))

    assert "line 1, line 2, line 3, line 4, line 5 and 1,002 more" in check(path).stdout
    record = json.loads(check(path, "--json").stdout)
    assert record["files"][0]["counts"]["not_json"] == KEPT + 7
    assert len(record["findings"]) == KEPT + 1


def test_nobodys_words_are_printed(tmp_path: Path) -> None:
    """Whatever place the words are in: role, key, name, content, arguments, broken JSON."""
    lines = [
        chat(says(SECRET, SECRET), asks(SECRET), answers(SECRET), **{SECRET: SECRET}),
        chat(says("user", SECRET, name=SECRET), says("assistant", [{"type": SECRET}], **{SECRET: 1})),
        chat(asks(SECRET), says("assistant", None, tool_calls=[{"id": SECRET, "type": SECRET, "function": SECRET}])),
        chat(asks(SECRET), answers(SECRET), tools=[{"type": "function", "function": {"name": SECRET}}]),
        {"input": SECRET, "prompt": SECRET, "completion": SECRET},
        f'{{"{SECRET}": "{SECRET}", {SECRET}}}',
        f'{{"{SECRET}": 1, "{SECRET}": 2}}',
    ]
    for name, kept in (("chat", lines), ("pairs", lines[4:])):
        (tmp_path / name).write_text(written(kept * 4))

    shown = [check(tmp_path / name, *json_).stdout for name in ("chat", "pairs") for json_ in ((), ("--json",))]

    assert [page.count("Quatermain") for page in shown] == [0, 0, 0, 0]


def test_unknown_keys_come_in_the_order_of_the_line(sound: Path) -> None:
    """The same file gives the same page on every run."""
    with sound.open("a") as file:
        file.write(written([chat(asks("Hm?"), answers(), zebra=1, apple=2, role=3, id=4)]))

    assert [
        line.strip() for line in check(sound).stdout.splitlines() if "the key" in line or "other causes" in line
    ] == [
        'the key "zebra" is not known: line 11',
        'the key "apple" is not known: line 11',
        'the key "role" is not known: line 11',
        "and other causes: see --json",
    ]


@pytest.mark.skipif(SHARED is None, reason="the sample is not beside the checkout")
def test_the_known_sample_gives_its_known_findings() -> None:
    """3 of its 10 examples have no user message, 2 no system message; its second half repeats the first."""
    assert SHARED is not None
    record = json.loads(check(SHARED / "data" / "toy_chat_fine_tuning.jsonl", "--json").stdout)
    file = record["files"][0]

    assert [(entry["check"], entry["line"]) for entry in record["findings"]] == [
        *(("no_user_turn", line) for line in (4, 9, 10)),
        *(("duplicate_example", line) for line in (6, 7, 8, 9, 10)),
    ]
    assert (file["examples"], file["without_system"], file["without_user"]) == (10, 2, 3)


def test_only_the_file_to_train_on_needs_ten_examples(sound: Path, tmp_path: Path) -> None:
    """What its name says is held out may be smaller, wherever it is named; else what is named second may."""
    validation = tmp_path / "validation.jsonl"
    validation.write_text(written([chat(asks("What is a heap for?"), says("assistant", "Finding the least."))]))

    other = tmp_path / "other.jsonl"
    other.write_bytes(validation.read_bytes())

    assert check(sound, validation).exit_code == 0
    assert check(validation, sound).exit_code == 0
    assert check(validation).exit_code == 0
    assert check(sound, other).exit_code == 0
    assert check(other, sound).exit_code == 1
