"""python -m scripts.finetune: looking at jobs and models, steering, deleting, and its help."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.finetune import main
from tests.finetuning.commands import run
from tests.finetuning.conftest import server as server
from tests.finetuning.server import LOST, Server, failure

TUNED = "ft:smollm2-135m:local:joy:abc"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", [None, *main.commands])
def test_every_help_ends_with_an_example(command: str | None) -> None:
    """The group's and each subcommand's."""
    shown = CliRunner().invoke(main, [*([command] if command else []), "--help"])

    assert shown.exit_code == 0
    assert "example:" in shown.output
    assert shown.output.splitlines()[-1].strip().startswith("python -m scripts.finetune ")


def test_subcommands_stand_in_the_order_of_a_run() -> None:
    """What the issue names, first things first."""
    assert " ".join(main.commands) == (
        "estimate create follow list show events checkpoints results cancel pause resume models delete"
    )


def test_jobs_are_listed_newest_first(server: Server) -> None:
    """A line each, at most --limit; ids and model names whole."""
    for number in range(4):
        server.add_job(f"ftjob-{number}", fine_tuned_model=TUNED, created_at=1_763_700_000)

    result = run(server, "list", "--limit", "2")

    row = f"running  smollm2-135m  {TUNED}  2025-11-21 04:40:00"
    assert result.stdout.splitlines()[1:] == [f"ftjob-3  {row}", f"ftjob-2  {row}"]
    assert [job["id"] for job in json.loads(run(server, "list", "--json").stdout)] == [
        f"ftjob-{n}" for n in (3, 2, 1, 0)
    ]


def test_show_tells_everything_but_what_is_empty(server: Server) -> None:
    """Method with its numbers, and the API's reason."""
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2, "batch_size": 4}}}
    error = {"code": "invalid_n_epochs", "message": "Too many.", "param": "n_epochs"}
    server.add_job(status="failed", method=method, error=error, created_at=1_763_700_000)

    assert run(server, "show", "ftjob-1").stdout.splitlines() == [
        "job:              ftjob-1",
        "status:           failed",
        "base:             smollm2-135m",
        "training file:    file-1",
        "method:           supervised (batch_size 4, n_epochs 2)",
        "seed:             1",
        "created:          2025-11-21 04:40:00",
        "error:            Too many. (n_epochs) [invalid_n_epochs]",
    ]


def test_events_are_listed_oldest_first(server: Server) -> None:
    """--limit keeps the newest."""
    server.add_job()
    for number in range(5):
        server.add_event("ftjob-1", f"Event {number}")

    result = run(server, "events", "ftjob-1", "--limit", "2")

    assert [line[21:] for line in result.stdout.splitlines()] == ["Event 3", "Event 4"]
    assert len(json.loads(run(server, "events", "ftjob-1", "--json").stdout)) == 5


def add_checkpoint(server: Server, step: int, **metrics: float) -> None:
    record = {"object": "fine_tuning.job.checkpoint", "id": f"ftckpt-{step}", "created_at": 1, "step_number": step}
    names = {"fine_tuned_model_checkpoint": f"{TUNED}:ckpt-step-{step}", "fine_tuning_job_id": "ftjob-1"}
    server.checkpoints.setdefault("ftjob-1", []).append({**record, **names, "metrics": {"step": step, **metrics}})


def test_the_best_checkpoint_is_marked(server: Server) -> None:
    """The lowest loss on the whole validation file, where it is known; a batch's loss is only a hint."""
    server.add_job()
    add_checkpoint(server, 10, train_loss=1.0, valid_loss=0.4, full_valid_loss=0.9)
    add_checkpoint(server, 20, train_loss=0.5, valid_loss=0.8, full_valid_loss=0.7)
    add_checkpoint(server, 30, train_loss=0.2)

    result = run(server, "checkpoints", "ftjob-1")

    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert rows == [
        ["10", "1.0000", "0.4000", "0.9000", f"{TUNED}:ckpt-step-10"],
        ["20", "0.5000", "0.8000", "0.7000", "best", f"{TUNED}:ckpt-step-20"],
        ["30", "0.2000", f"{TUNED}:ckpt-step-30"],
    ]
    assert json.loads(run(server, "checkpoints", "ftjob-1", "--json").stdout)["best"] == "ftckpt-20"


def test_cancelling_twice_is_no_error(server: Server) -> None:
    """The second time says that it was cancelled already."""
    server.add_job(status="queued")

    first, second = (run(server, "cancel", "ftjob-1") for _ in range(2))

    assert (first.exit_code, first.stdout, second.exit_code, second.stdout) == (
        *(0, "ftjob-1: cancelled\n"),
        *(0, "ftjob-1: cancelled\n"),
    )
    assert "was cancelled already" in second.stderr


def test_what_has_ended_cannot_be_cancelled(server: Server) -> None:
    """The API's reason, and how it stands."""
    server.add_job(status="succeeded")

    result = run(server, "cancel", "ftjob-1")

    assert (result.exit_code, result.stderr) == (
        1,
        "Error: Job ftjob-1 is already succeeded (ftjob-1 is succeeded)\n",
    )


def test_pause_and_resume(server: Server) -> None:
    """There and back; a lost reply is asked again."""
    server.add_job()
    lost = iter([LOST])
    server.after = lambda method, path: next(lost, None) if path.endswith("/pause") else None

    assert run(server, "pause", "ftjob-1").stdout == "ftjob-1: paused\n"
    assert json.loads(run(server, "resume", "ftjob-1", "--json").stdout)["status"] == "running"


def test_models_are_listed_with_their_end(server: Server) -> None:
    """Tuned ones first; a fine-tune ends with its base; the end within 90 days is a warning."""
    today = datetime.now(UTC).date()
    soon, late = ((today + timedelta(days)).isoformat() for days in (20, 200))
    server.add_model("gpt-4o-mini", soon)
    server.add_model("davinci-002", late)
    server.add_model("smollm2-135m")
    server.add_model("ft:gpt-4o-mini:me:joy:1")
    server.add_model(TUNED)

    result = run(server, "models")

    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [(row[0], *row[4:]) for row in rows] == [
        ("ft:gpt-4o-mini:me:joy:1", soon, "20"),
        (TUNED,),
        ("davinci-002", late, "200"),
        ("gpt-4o-mini", soon, "20"),
        ("smollm2-135m",),
    ]
    assert result.stderr.splitlines() == [
        f"warning: {name} ends on {soon}, in 20 days" for name in ("ft:gpt-4o-mini:me:joy:1", "gpt-4o-mini")
    ]
    assert [model["id"] for model in json.loads(run(server, "models", "--tuned", "--json").stdout)] == [
        "ft:gpt-4o-mini:me:joy:1",
        TUNED,
    ]


def test_deleting_asks_first(server: Server) -> None:
    """Not a terminal and no --yes: nothing is deleted; with it, the model is gone; then there is no such model."""
    server.add_model(TUNED)

    refused, done, gone = (run(server, "delete", TUNED, *words) for words in ((), ("--yes",), ("--yes",)))

    assert (refused.exit_code, done.exit_code, gone.exit_code) == (1, 0, 1)
    assert "run it again with --yes" in refused.stderr
    assert done.stdout == f"deleted {TUNED}\n"
    assert "does not exist" in gone.stderr


def test_a_lost_reply_to_delete_is_no_error(server: Server) -> None:
    """The model is gone, which is what was wanted."""
    server.add_model(TUNED)
    lost = iter([LOST])
    server.after = lambda method, path: next(lost, None)

    result = run(server, "delete", TUNED, "--yes", "--json")

    assert (result.exit_code, json.loads(result.stdout)["deleted"]) == (0, True)


@pytest.mark.parametrize("where", ["persona", "MODEL", "FALLBACK_MODEL", "MODERATION_MODEL", "DEFAULT_MODELS"])
def test_a_model_in_use_is_not_deleted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Named by a persona or by a setting in .env: who uses it is said, the API is not asked."""
    server.add_model(TUNED)
    folder = tmp_path / "personas"
    folder.mkdir()
    model = TUNED if where == "persona" else "other"
    words = 'greeting = "Hi"\nfallback = "Hm"\nreprompt = "Yes?"\nfarewell = "Bye"\n'
    (folder / "mine.toml").write_text(f'name = "Mine"\ninstructions = "Be kind."\nmodel = "{model}"\n{words}')
    named = f"*=other mine={TUNED}" if where == "DEFAULT_MODELS" else TUNED
    setting = "" if where == "persona" else f'{where}="{named}"\n'
    (tmp_path / ".env").write_text(f"PERSONAS_DIR={folder}\nOPENAI_BASE_URL={server.base_url}\n{setting}")
    for name in ("MODEL", "FALLBACK_MODEL", "MODERATION_MODEL", "DEFAULT_MODELS", "PERSONAS_DIR", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    result = CliRunner().invoke(main, ["delete", TUNED, "--yes"])

    user = f"persona mine ({folder / 'mine.toml'})" if where == "persona" else f"the setting {where}"
    assert (result.exit_code, TUNED in server.models) == (1, True)
    assert f"{TUNED} is used by {user}; set another model there first" in result.stderr


def test_a_persona_that_cannot_be_read_might_use_it(server: Server, tmp_path: Path) -> None:
    """Better not to delete than to guess."""
    server.add_model(TUNED)
    (tmp_path / "mine.toml").write_text("model = [")
    environment = {"PERSONAS_DIR": str(tmp_path), "OPENAI_BASE_URL": server.base_url}

    result = CliRunner(env=environment).invoke(main, ["delete", TUNED, "--yes"])

    assert (result.exit_code, TUNED in server.models) == (1, True)
    assert "persona mine.toml: not readable as TOML" in result.stderr


def test_an_endpoint_that_is_away_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few tries, 1 and when to try again."""
    monkeypatch.setattr("scripts.generation.asking._LONGEST_PAUSE_S", 0.01)
    server.stop()

    result = run(server, "list")

    assert (result.exit_code, "cannot be reached" in result.stderr) == (1, True)
    assert result.stderr.splitlines()[-1].endswith("try again later")


def test_the_apis_words_are_shown(server: Server) -> None:
    """No wrapping of the `openai` package around them."""
    server.before = lambda method, path: failure(400, "That cannot be.")

    assert run(server, "show", "ftjob-1").stderr == "Error: That cannot be.\n"
