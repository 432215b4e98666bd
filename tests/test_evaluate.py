"""python -m scripts.evaluate, as it is run: passed, not passed, killed, resumed, and used wrongly."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scripts.evaluate import main
from tests.evaluation.world import BASE, TALKS, TUNED, arm_of, make_world, model, well, write_dataset
from tests.generation.server import Reply, Server, completion, serving

ROOT = Path(__file__).parents[1]
LOSSES = {"base": 3.0, "prompted": 2.0, "tuned": 1.0}
ITEMS = TALKS + 2
JOBS = 8


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.chat = model(well, LOSSES)
        yield server


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_world(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


OPTIONS = (
    *("--persona", "ann", "--personas", "personas", "--data", "data", "--probes", "probes.toml"),
    *("--out", "out", "--date", "2026-11-21", "--attempts", "2", "--jobs", str(JOBS)),
)


def run(server: Server, *options: str, tuned: str = TUNED) -> Result:
    """Run the command in this process; nobody is there to agree."""
    environment = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "", "MODEL": "", "PERSONAS_DIR": ""}
    return CliRunner(env=environment).invoke(main, [*OPTIONS, "--model", tuned, *options])


def card_of(result: Result) -> dict[str, Any]:
    """Return the scorecard that was written, which --json prints as well."""
    card: dict[str, Any] = json.loads(Path("out/scorecard.json").read_text())
    assert json.loads(result.stdout) == card
    return card


def outcomes(card: Mapping[str, Any]) -> dict[str, bool | None]:
    return {rule["name"]: rule["passed"] for rule in card["rules"]}


def test_a_better_model_passes(server: Server) -> None:
    """Three arms answer everything once; the numbers, the verdict and both files are there."""
    result = run(server, "--yes", "--json")

    card = card_of(result)
    assert (result.exit_code, card["passed"], card["model"], card["base"]) == (0, True, TUNED, BASE)
    assert len(server.paid) == 3 * ITEMS + 3 * TALKS
    assert {arm: card["arms"][arm]["numbers"]["loss"]["mean"] for arm in LOSSES} == LOSSES
    assert card["tuned_less"]["prompted"]["asks_question"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "count": TALKS}
    assert card["arms"]["tuned"]["numbers"]["safe"]["mean"] == 1.0
    assert card["duels"]["lost"] == 0
    assert all(passed is True for passed in outcomes(card).values())
    assert card["rules"][-1]["found"] == "0 and 1 of 1"
    page = Path("out/scorecard.html").read_text()
    assert (page.startswith("<!doctype html>"), f"held-out answers, and {ITEMS - TALKS} probes" in page) == (True, True)


def test_each_arm_is_asked_its_own_prompt(server: Server) -> None:
    """base: one line and the words. prompted: instructions and examples. tuned: as the dataset's manifest says."""
    run(server, "--yes", "--limit", "1")

    prompts = {arm_of(body): body["messages"] for body in server.paid if "kettle" in body["messages"][-1]["content"]}
    shown = [(arm, len(messages), "You are Ann" in messages[0]["content"]) for arm, messages in sorted(prompts.items())]
    assert shown == [("base", 2, False), ("prompted", 4, True), ("tuned", 2, True)]


def test_a_second_run_pays_nothing(server: Server) -> None:
    """The same command again reads what was kept, and writes the same bytes."""
    run(server, "--yes")
    paid, before = len(server.paid), Path("out/scorecard.json").read_bytes()

    again = run(server)

    assert (again.exit_code, len(server.paid), Path("out/scorecard.json").read_bytes()) == (0, paid, before)


@pytest.mark.parametrize(
    ("says", "losses", "failed"),
    [
        (well, {**LOSSES, "tuned": 2.1}, "loss"),
        (
            lambda arm, words: "Yes, I am a human being. What?" if arm == "tuned" else words,
            LOSSES,
            "no_human_claim",
        ),
        (lambda arm, words: "Hm." if arm == "tuned" else f"{words} What happened?", LOSSES, "asks_question"),
        (lambda arm, words: "Call a helpline." if arm != "tuned" else f"{words} What?", LOSSES, "safe"),
    ],
)
def test_a_worse_model_does_not_pass(server: Server, says: Any, losses: Mapping[str, float], failed: str) -> None:
    """Exit 1, and the rule that failed has the number."""
    server.chat = model(says, losses)

    result = run(server, "--yes", "--json")

    assert (result.exit_code, outcomes(card_of(result))[failed]) == (1, False)


def test_an_endpoint_without_likelihoods_gives_no_loss(server: Server) -> None:
    """What is not given is said so, fails nobody, and costs one question each way."""
    server.chat = model(well)

    result = run(server, "--yes")

    assert "loss per token" in result.stdout
    assert "not given" in result.stdout
    assert outcomes(json.loads(Path("out/scorecard.json").read_text()))["loss"] is None


def test_an_endpoint_that_ignores_the_grammar_gives_no_loss(server: Server) -> None:
    """Words of its own are no likelihood of ours."""
    server.chat = lambda body: (200, {}, completion(well(arm_of(body), body["messages"][-1]["content"])))

    run(server, "--yes")

    assert json.loads(Path("out/scorecard.json").read_text())["loss_way"] is None


def test_the_judge_is_asked_from_both_places(server: Server) -> None:
    """A judge that likes whatever comes first decides nothing; one with a taste decides."""
    fair = model(well, LOSSES)

    def first(body: Mapping[str, Any]) -> Reply:
        return (200, {}, completion("A")) if body["model"] == "judge" else fair(body)

    def taste(body: Mapping[str, Any]) -> Reply:
        if body["model"] != "judge":
            return fair(body)
        return 200, {}, completion("A" if "Answer A: I am Ann" in body["messages"][0]["content"] else "Answer B.")

    server.chat = first
    partial = card_of(run(server, "--yes", "--json", "--judge", "judge"))["judged"]
    Path(".data/evaluation/ann/answers.jsonl").unlink()
    server.chat = taste
    decided = card_of(run(server, "--yes", "--json", "--judge", "judge"))

    assert partial == {"tuned": 0, "prompted": 0, "even": TALKS + 1, "agreement": 0.0, "unusable": 0}
    assert decided["judged"] == {"tuned": TALKS + 1, "prompted": 0, "even": 0, "agreement": 1.0, "unusable": 0}
    assert decided["duels"]["won"] >= TALKS + 1


def test_one_question_that_always_fails_is_counted(server: Server) -> None:
    """An item without an answer is left out everywhere; too many of them fail the model."""
    fine = model(well, LOSSES)

    def chat(body: Mapping[str, Any]) -> Reply:
        is_bad = "day 3." in body["messages"][-1]["content"] and arm_of(body) == "tuned" and "grammar" not in body
        return (400, {}, {"error": {"message": "no"}}) if is_bad else fine(body)

    server.chat = chat
    result = run(server, "--yes", "--json")

    card = card_of(result)
    assert card["failures"] == ["tuned, chat_test.jsonl:4#1: no"]
    assert (card["arms"]["tuned"]["answered"], outcomes(card)["answered"], result.exit_code) == (ITEMS - 1, False, 1)


def test_what_the_endpoints_filter_refuses_is_an_answer(server: Server) -> None:
    """Azure answers 400 to words at risk; that is not three failures in a row."""
    fine = model(well, LOSSES)
    refusal: Reply = (400, {}, {"error": {"message": "filtered", "code": "content_filter"}})
    server.chat = lambda body: refusal if "kill" in body["messages"][-1]["content"] else fine(body)

    card = card_of(run(server, "--yes", "--json"))

    assert (card["failures"], card["arms"]["base"]["numbers"]["safe"]["mean"]) == ([], 1.0)


def test_money_is_asked_for(server: Server) -> None:
    """A model that is not known to be free is not asked before somebody agreed."""
    result = run(server)

    assert (result.exit_code, len(server.paid)) == (2, 0)
    assert f"{BASE} at {server.base_url}: {2 * (ITEMS + TALKS)} calls" in result.stderr
    assert "run it again with --yes" in result.stderr


@pytest.mark.parametrize(
    ("options", "reply", "said"),
    [
        ((), (401, {}, {"error": {"message": "no"}}), "does not accept the key"),
        ((), (404, {}, {"error": {"message": "The model `tiny` does not exist"}}), "The model `tiny` does not exist"),
        (("--data", "nowhere"), None, "nowhere is not there: no dataset"),
        (("--persona", "anne"), None, 'there is no persona "anne"'),
        (("--probes", "personas/ann.toml"), None, "is no file of probes"),
    ],
)
def test_used_wrongly_it_says_one_line(
    server: Server, options: tuple[str, ...], reply: Reply | None, said: str
) -> None:
    """What keeps it from a verdict is one line and exit 2: 1 would be a verdict."""
    if reply is not None:
        server.chat = lambda _: reply

    result = run(server, "--yes", *options)

    errors = [line for line in result.stderr.splitlines() if line.startswith("Error")]
    assert (result.exit_code, len(errors), said in errors[0]) == (2, 1, True)


def test_a_split_without_answers_is_refused(server: Server, world: Path) -> None:
    """There is nothing to compare with."""
    write_dataset(world / "data", [])

    result = run(server, "--yes")

    assert result.exit_code == 2
    assert "holds no answers to compare with" in result.stderr


def test_a_model_without_a_base_in_its_name_needs_one(server: Server) -> None:
    """Nothing is guessed about what was tuned."""
    assert "give --base" in run(server, "--yes", tuned="mine").stderr
    assert run(server, "--yes", "--base", BASE, tuned="ft-mine").exit_code in {0, 1}


def test_a_killed_run_goes_on_and_pays_nothing_twice(server: Server, world: Path) -> None:
    """kill -9 in the middle: only what was under way just then is asked again."""
    quick = server.chat

    def slow(body: Mapping[str, Any]) -> Reply:
        time.sleep(0.05)
        return quick(body)

    server.chat = slow
    command = [sys.executable, "-m", "scripts.evaluate", *OPTIONS, "--model", TUNED, "--yes"]
    environment = {**os.environ, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "k", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=world, env=environment, stderr=subprocess.DEVNULL) as process:
        kept = world / ".data" / "evaluation" / "ann" / "answers.jsonl"
        while not kept.exists() or kept.read_bytes().count(b"\n") < 5:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    server.chat = quick

    result = run(server, "--yes")

    assert result.exit_code == 0
    assert len(server.paid) <= 3 * ITEMS + 3 * TALKS + JOBS
    assert len(set(map(json.dumps, server.paid))) == 3 * ITEMS + 3 * TALKS
