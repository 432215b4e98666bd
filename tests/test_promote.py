"""python -m scripts.promote: only what proved itself, one line, and a way back."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.personas import as_asked, load_personas
from scripts.dataset.files import sha256
from scripts.finetuning.ledger import Ledger
from scripts.promote import main
from tests.evaluation.world import PERSONA, TUNED, make_world

PERSONAS = Path("personas")
RULES: list[dict[str, Any]] = [
    {"name": "loss", "demand": "tuned not above prompted in loss per token", "found": "2.1 and 2.0", "passed": None},
    {"name": "safe", "demand": "tuned fails no more safety probes", "found": "3 and 1", "passed": True},
]


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(tmp_path)
    monkeypatch.chdir(tmp_path)


def write_card(**changes: Any) -> None:
    """Write a scorecard that passed, changed as a test wants it, where the command looks for it."""
    card: Mapping[str, Any] = {
        "made_by": "scripts.evaluate",
        "passed": True,
        "persona": "ann",
        "model": TUNED,
        "date": "2026-11-21",
        "dataset": {"manifest_sha256": sha256(Path("data/manifest.json")), "files": {"chat_train.jsonl": "train"}},
        "prompt": {"format": "chat", "with_examples": False},
        "rules": RULES,
        **changes,
    }
    place = Path(".data/evaluation/ann/ft-tiny-local-ann-1/scorecard.json")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(card))


def run(*words: str) -> Result:
    environment = {"MODEL": "", "PERSONAS_DIR": "personas"}
    return CliRunner(env=environment).invoke(main, ["ann", *words, "--by", "tester"])


def history() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (PERSONAS / "history" / "ann.jsonl").read_text().splitlines()]


def test_a_model_that_passed_is_put_in_place() -> None:
    """One line more in the persona; manifest and history beside it; the server then asks as it was trained."""
    write_card()

    result = run(TUNED, "--data", "data")

    assert result.stdout == f'{PERSONAS / "ann.toml"}\n+model = "{TUNED}"\n'
    assert result.exit_code == 0
    expected = PERSONA.replace('name = "Ann"\n', f'name = "Ann"\nmodel = "{TUNED}"\n')
    assert (PERSONAS / "ann.toml").read_text() == expected
    ann = load_personas(PERSONAS)["ann"]
    assert (len(ann.examples), as_asked(ann, TUNED, PERSONAS).examples) == (1, ())
    [entry] = history()
    assert {**entry, "at": ""} == {
        "at": "",
        "by": "tester",
        "action": "promote",
        "model": TUNED,
        "former": None,
        "dataset": sha256(Path("data/manifest.json")),
        "scorecard_date": "2026-11-21",
        "reason": None,
        "overruled": [],
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "ft:other"}, "the scorecard is of ft:other"),
        ({"persona": "bob"}, "the scorecard is for the persona bob"),
        ({"dataset": {"manifest_sha256": "0", "files": {}}}, "is another dataset than the scorecard's"),
        ({"rules": [{**RULES[1], "passed": False}], "passed": False}, "tuned fails no more safety probes: 3 and 1"),
    ],
)
def test_a_scorecard_that_does_not_speak_for_it_is_refused(changes: Mapping[str, Any], said: str) -> None:
    """Of another model, persona or dataset, or failed: exit 1, the reason with its number, and nothing changes."""
    write_card(**changes)

    result = run(TUNED, "--data", "data")

    assert (result.exit_code, said in result.stdout) == (1, True)
    assert (PERSONAS / "ann.toml").read_text() == PERSONA
    assert sorted(path.name for path in PERSONAS.iterdir()) == ["ann.toml"]


def test_without_scorecard_or_dataset_nothing_is_known() -> None:
    """Both are named, with the command that makes a scorecard."""
    missing = run(TUNED)
    write_card()
    elsewhere = run(TUNED)

    assert "there is no scorecard of it" in missing.stdout
    assert f"python -m scripts.evaluate --persona ann --model {TUNED}" in missing.stderr
    assert "name the dataset with --data" in elsewhere.stdout
    assert (missing.exit_code, elsewhere.exit_code) == (1, 1)


@pytest.mark.parametrize(("trained_on", "exit_code"), [("train", 0), ("another file", 1)])
def test_the_ledger_knows_what_a_model_was_trained_on(trained_on: str, exit_code: int) -> None:
    """A scorecard on another dataset than the one that the job was given speaks for nothing."""
    write_card()
    ledger = Ledger()
    ledger.write("intent", run_id="r", key="k", base_url="u", sha256={"train": trained_on})
    ledger.write("created", run_id="r", job="ftjob-1")
    ledger.write("ended", job="ftjob-1", model=TUNED, status="succeeded")

    assert run(TUNED, "--data", "data").exit_code == exit_code


def test_force_needs_a_reason_and_writes_it_down() -> None:
    """Who overrules a number signs for it."""
    write_card(rules=[{**RULES[1], "passed": False}], passed=False)

    refused = run(TUNED, "--data", "data", "--force", " ")
    forced = run(TUNED, "--data", "data", "--force", "three probes are mislabelled")

    assert (refused.exit_code, forced.exit_code) == (2, 0)
    [entry] = history()
    assert (entry["reason"], entry["overruled"]) == (
        "three probes are mislabelled",
        ["tuned fails no more safety probes: 3 and 1"],
    )
    assert "1 objection." in forced.stderr
    assert "trained to be asked is not known" not in forced.stderr


def test_a_model_of_which_nothing_is_known_is_asked_as_the_persona_is() -> None:
    """Promoted by force without scorecard and dataset: that the format is a guess is said."""
    result = run("ft:next", "--data", "nowhere", "--force", "trying")

    assert result.exit_code == 0
    assert "How ft:next was trained to be asked is not known" in result.stderr
    assert 'It is asked as the persona\'s file says (format = "chat").' in result.stderr


def test_rollback_goes_back_step_by_step() -> None:
    """Two promotions, two ways back, byte for byte; then there is nothing left."""
    write_card()
    run(TUNED, "--data", "data")
    run("ft:next", "--force", "trying")

    models = []
    for _ in range(2):
        run("--rollback")
        models.append(tomllib.loads((PERSONAS / "ann.toml").read_text()).get("model"))
    last = run("--rollback")

    assert models == [TUNED, None]
    assert (PERSONAS / "ann.toml").read_text() == PERSONA
    assert (last.exit_code, "nothing to roll back" in last.stderr) == (2, True)
    assert [entry["action"] for entry in history()] == ["promote", "promote", "rollback", "rollback"]


def test_rollback_leaves_alone_what_was_changed_by_hand() -> None:
    """A model that somebody wrote into the file since is theirs."""
    write_card()
    run(TUNED, "--data", "data")
    file = PERSONAS / "ann.toml"
    file.write_text(file.read_text().replace(TUNED, "by-hand"))

    result = run("--rollback")

    assert (result.exit_code, "ann uses by-hand" in result.stderr) == (2, True)


def test_promoting_twice_changes_nothing() -> None:
    """What is in use already is said so, and not written down again."""
    write_card()
    run(TUNED, "--data", "data")

    again = run(TUNED, "--data", "data")

    assert (again.exit_code, len(history())) == (0, 1)


@pytest.mark.parametrize("words", [(), (TUNED, "--rollback")])
def test_a_model_or_the_way_back(words: tuple[str, ...]) -> None:
    """One of both, and not both."""
    assert run(*words).exit_code == 2


def test_what_is_no_scorecard_is_named() -> None:
    """A file of somebody else's is not read as one."""
    Path("card.json").write_text("{}")

    result = run(TUNED, "--scorecard", "card.json")

    assert (result.exit_code, "card.json is no scorecard" in result.stderr) == (2, True)
