"""python -m scripts.generate_dataset, as it is run: killed, resumed, interrupted, asked what it would cost."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scripts.generate_dataset import main
from tests.generation.server import Reply, Server, completion, echo, serving

ROOT = Path(__file__).parents[1]

GRID = """
prompt = "A hero of {age}, a {gender}, who {power}."
n = 2
seed = 1
max_tokens = 20
[grid]
age = [12, 70]
gender = ["woman", "man"]
power = ["flies"]
"""
WANTED = 8


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    path = tmp_path / "heroes.toml"
    path.write_text(GRID, encoding="utf-8")
    return path


def run(grid: Path, server: Server | None, *options: str) -> Result:
    """Run the command in this process; without a server, with no environment at all."""
    environment = {"OPENAI_BASE_URL": server.base_url if server else "", "OPENAI_API_KEY": "", "MODEL": ""}
    words = [str(grid), "--out", str(grid.with_suffix(".csv")), *options]
    return CliRunner(env=environment).invoke(main, words)


def start(grid: Path, server: Server, *options: str) -> "subprocess.Popen[str]":
    """Start the command as a process of its own."""
    command = [sys.executable, "-m", "scripts.generate_dataset", str(grid), "--out", str(grid.with_suffix(".csv"))]
    return subprocess.Popen(
        [*command, "--model", "m", "--yes", *options],
        cwd=ROOT,
        env={**os.environ, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "key"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def undisturbed(grid: Path, server: Server) -> Mapping[str, bytes]:
    """Return what a run that nobody disturbs leaves, and forget it."""
    assert run(grid, server, "--model", "m", "--yes").exit_code == 0
    written = {name: (grid.parent / name).read_bytes() for name in ("heroes.csv", "heroes_pairs.csv")}
    for name in (*written, "heroes.answers.jsonl"):
        (grid.parent / name).unlink()
    server.paid.clear()
    return written


def test_the_csv_has_the_tutorials_columns(grid: Path, server: Server) -> None:
    """Number, lists, prompt, sub_prompt, response_txt, finish_reason; and prompt, completion beside it."""
    result = run(grid, server, "--model", "m", "--yes")

    assert result.exit_code == 0, result.output
    asked = '"A hero of 12, a woman, who flies.","12, woman, flies"'
    assert (grid.parent / "heroes.csv").read_text().splitlines()[:3] == [
        ",age,gender,power,prompt,sub_prompt,response_txt,finish_reason",
        f'0,12,woman,flies,{asked},"1: A hero of 12, a woman, who flies.",stop',
        f'1,12,woman,flies,{asked},"2: A hero of 12, a woman, who flies.",stop',
    ]
    assert (grid.parent / "heroes_pairs.csv").read_text().splitlines()[:2] == [
        "prompt,completion",
        '"12, woman, flies","1: A hero of 12, a woman, who flies."',
    ]
    assert [row[""] for row in rows(grid.with_suffix(".csv"))] == [str(number) for number in range(WANTED)]


@pytest.mark.parametrize("point", [1, 5, WANTED])
def test_kill_9_anywhere_costs_one_call_at_most(grid: Path, server: Server, point: int) -> None:
    """Killed at the first, a middle and the last request: the resumed result is the same, byte for byte."""
    expected = undisturbed(grid, server)
    process: subprocess.Popen[str]

    def chat(body: Mapping[str, Any]) -> Reply:
        if len(server.paid) == point - 1:
            process.kill()
            process.wait()
        return echo(body)

    server.chat = chat
    process = start(grid, server, "--jobs", "1")
    process.communicate(timeout=30)
    server.chat = echo
    result = run(grid, server, "--model", "m", "--yes")

    assert (process.returncode, result.exit_code) == (-signal.SIGKILL, 0)
    assert {name: (grid.parent / name).read_bytes() for name in expected} == expected
    assert len(server.paid) == WANTED + 1


def test_kill_9_in_the_middle_of_a_line_loses_that_line_only(grid: Path, server: Server) -> None:
    """A torn line is asked for again, the others are not."""
    expected = undisturbed(grid, server)
    run(grid, server, "--model", "m", "--yes", "--limit", "3")
    answers = grid.parent / "heroes.answers.jsonl"
    answers.write_bytes(answers.read_bytes()[:-9])

    run(grid, server, "--model", "m", "--yes", "--jobs", "8")

    assert {name: (grid.parent / name).read_bytes() for name in expected} == expected
    assert len(server.paid) == WANTED + 1


def test_ctrl_c_keeps_what_has_arrived(grid: Path, server: Server) -> None:
    """The answer under way is waited for, the table is written, the exit status is 130, and the next run goes on."""
    process: subprocess.Popen[str]

    def chat(body: Mapping[str, Any]) -> Reply:
        if len(server.paid) == 2:
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        return echo(body)

    server.chat = chat
    process = start(grid, server, "--jobs", "1")
    _, said = process.communicate(timeout=30)
    server.chat = echo
    stopped_with = len(rows(grid.with_suffix(".csv")))
    result = run(grid, server, "--model", "m", "--yes")

    assert (process.returncode, stopped_with) == (130, 3)
    assert "stopping; waiting for the answers under way" in said
    assert "5 of 8 are missing; the same command goes on and pays nothing twice" in said
    assert (result.exit_code, len(server.paid)) == (0, WANTED)


def test_answers_not_fit_for_training_are_marked_and_counted(grid: Path, server: Server) -> None:
    """Cut, empty and refused ones stand in the table with their reason, and not among the pairs."""
    replies: list[dict[str, Any]] = [
        completion("Half a", "length"),
        completion("  "),
        completion(None, "content_filter"),
        completion(None, refusal="I would rather not."),
    ]
    server.chat = lambda body: (200, {}, replies.pop(0)) if replies else echo(body)

    result = run(grid, server, "--model", "m", "--yes", "--jobs", "1", "--json")

    summary = json.loads(result.stdout)
    assert [row["finish_reason"] for row in rows(grid.with_suffix(".csv"))[:4]] == [
        "length",
        "stop",
        "content_filter",
        "refusal",
    ]
    assert {name: summary[name] for name in ("rows", "pairs", "cut", "empty", "refused")} == {
        "rows": 8,
        "pairs": 4,
        "cut": 1,
        "empty": 1,
        "refused": 2,
    }
    assert len(rows(grid.parent / "heroes_pairs.csv")) == 4


def test_limit_asks_for_no_more(grid: Path, server: Server) -> None:
    """The first ones of the grid come first; having what was allowed is success."""
    result = run(grid, server, "--model", "m", "--yes", "--limit", "3")

    assert (result.exit_code, len(server.paid)) == (0, 3)
    assert [row[""] for row in rows(grid.with_suffix(".csv"))] == ["0", "1", "2"]


def test_a_dry_run_shows_prompts_and_cost_and_asks_nothing(grid: Path) -> None:
    """It needs no key; the price comes with its source and date; nothing is written."""
    result = run(grid, None, "--model", "gpt-4o-mini", "--dry-run")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == ["A hero of 12, a woman, who flies.", "  as sub_prompt: 12, woman, flies"]
    assert result.stdout.splitlines()[-1].startswith(
        "8 answers wanted; to ask for now: 8 calls, 152 tokens in, at most 160 out; "
        "at most $0.0002 by OpenAI's price page as published in 2025"
    )
    assert [path.name for path in grid.parent.iterdir()] == ["heroes.toml"]


def test_a_model_without_a_price_gets_tokens_only(grid: Path) -> None:
    """No number is made up."""
    result = run(grid, None, "--model", "somebody/else-7b", "--dry-run")

    assert "(estimated) tokens in" in result.stdout
    assert "no price known for somebody/else-7b" in result.stdout


def test_nothing_is_spent_without_consent(grid: Path, server: Server) -> None:
    """Without a terminal and without --yes, the estimate is shown and that is all."""
    result = run(grid, server, "--model", "m")

    assert (result.exit_code, server.paid) == (1, [])
    assert "8 calls" in result.stderr
    assert "run it again with --yes" in result.stderr


def test_a_finished_run_asks_nobody(grid: Path, server: Server) -> None:
    """When all is there, no consent is needed and no request is made."""
    run(grid, server, "--model", "m", "--yes")
    server.paid.clear()

    assert run(grid, server, "--model", "m").exit_code == 0
    assert server.paid == []


def test_a_key_that_is_not_accepted_ends_it_with_words(grid: Path, server: Server) -> None:
    """One line says what to do; what is missing is told."""
    server.chat = lambda body: (401, {}, {"error": {"message": "Incorrect API key provided"}})

    result = run(grid, server, "--model", "m", "--yes")

    assert result.exit_code == 1
    assert "does not accept the key (401); set OPENAI_API_KEY" in result.stderr
    assert "8 of 8 are missing" in result.stderr


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda text: text, [], "no model named: give --model, set MODEL, or write model ="),
        (lambda text: text, ["--model", "m", "--yes"], "OPENAI_API_KEY is not set; set it, or OPENAI_BASE_URL"),
        (lambda text: text.replace("seed", "sead"), ["--model", "m"], 'key "sead" is not known; did you mean "seed"?'),
    ],
)
def test_wrong_use_is_status_2(grid: Path, change: Callable[[str], str], options: list[str], said: str) -> None:
    """What is missing or wrong is named, with the way out."""
    grid.write_text(change(GRID))

    result = run(grid, None, *options)

    assert result.exit_code == 2
    assert said in result.stderr


def test_two_phases_by_command(grid: Path, server: Server) -> None:
    """--batch submits, says that it waits (status 1), and collects."""
    submitted = run(grid, server, "--model", "m", "--yes", "--batch")
    waiting = run(grid, server, "--model", "m", "--batch")
    server.batch_status = "completed"
    collected = run(grid, server, "--model", "m", "--batch")

    assert [result.exit_code for result in (submitted, waiting, collected)] == [0, 1, 0]
    assert "8 answers are under way in batches" in waiting.stderr
    assert len(rows(grid.with_suffix(".csv"))) == WANTED


def test_help_ends_with_an_example(grid: Path) -> None:
    """The last words of --help can be run."""
    shown = run(grid, None, "--help").stdout.splitlines()

    assert "example:" in " ".join(shown[-2:])
