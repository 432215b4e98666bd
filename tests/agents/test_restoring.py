"""Backups, and going back to one."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agents.running import CX, ES, backup, cx_state, es_state, run
from tests.google_cloud.cloud import Cloud
from tests.google_cloud.seeds import PROJECT

State = Callable[[Cloud], dict[str, bytes]]

_SIDES = pytest.mark.parametrize(("words", "state"), [(ES, es_state), (CX, cx_state)], ids=["es", "cx"])


@_SIDES
def test_restoring_gives_back_every_byte(cloud: Cloud, words: tuple[str, ...], state: State) -> None:
    """After set-up and restore the agent is what it was; the backup made meanwhile gives back the set-up."""
    before = state(cloud)
    run(cloud, *words, "--yes")
    after = state(cloud)

    back = run(cloud, *words, "--restore", backup(), "--yes", "--json")
    was_back = state(cloud)
    again = run(cloud, *words, "--restore", json.loads(back.stdout)["backup"], "--yes")

    assert (back.exit_code, again.exit_code) == (0, 0), again.output
    assert (was_back, state(cloud)) == (before, after)


@_SIDES
def test_a_backup_is_made_before_the_first_change(cloud: Cloud, words: tuple[str, ...], state: State) -> None:
    """The backup holds the agent as it was, in a file that only its owner may read, with a note of what it holds."""
    run(cloud, *words, "--yes")
    methods = [method for method, _ in cloud.calls]

    note = json.loads(backup().with_suffix(".json").read_text())

    assert methods.index("ExportAgent") < methods.index(cloud.writes[0])
    assert stat.S_IMODE(backup().stat().st_mode) == 0o600
    assert stat.S_IMODE(backup().parent.stat().st_mode) == 0o700
    assert sorted(note) == ["agent", "made_at", "outline", "sha256"]


def test_an_outline_counts_what_must_not_be_lost(cloud: Cloud) -> None:
    """The note beside a backup says of each part what it was, phrases and answers counted."""
    run(cloud, *ES, "--yes")

    assert json.loads(backup().with_suffix(".json").read_text())["outline"] == {
        "fulfillment": "no webhook",
        'intent "Willkommen"': "no webhook call, phrases: 1, answers: 1",
        'intent "Rückfrage"': "no webhook call, phrases: 1, answers: 1",
        'intent "Öffnungszeiten"': "no webhook call, phrases: 1, answers: 1",
        'intent "Öffnungszeiten - fallback"': "no webhook call, phrases: 1, answers: 1",
    }


def test_going_back_shows_a_plan_and_asks(cloud: Cloud) -> None:
    """What goes back and what is removed is shown; without a yes nothing happens."""
    run(cloud, *ES, "--yes")
    cloud.calls.clear()

    result = run(cloud, *ES, "--restore", backup())

    rows = [line.split("  ")[0] for line in result.output.splitlines() if line.startswith(("fulfillment", "intent"))]
    assert result.exit_code == 1
    assert "removed: the backup does not hold it" in result.output
    assert rows == [
        "fulfillment",
        'intent "Willkommen"',
        'intent "Rückfrage"',
        *(f'intent "WEBHOOK_FOLLOW_UP_{number}"' for number in (1, 2, 3)),
    ]
    assert cloud.writes == []


def test_a_backup_of_another_agent_is_refused(cloud: Cloud) -> None:
    """Restoring replaces everything, so a file of another agent is never taken."""
    run(cloud, *CX, "--yes")

    result = run(cloud, *ES, "--restore", backup(), "--yes")

    assert result.exit_code == 1
    assert f"is a backup of projects/{PROJECT}/locations/global/agents/" in result.output
    assert "RestoreAgent" not in cloud.writes


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda path: path.write_bytes(b"x"), "is not the file that was written"),
        (lambda path: path.with_suffix(".json").unlink(), "cannot be read (FileNotFoundError)"),
        (lambda path: path.with_suffix(".json").write_text("{"), "cannot be read (JSONDecodeError)"),
        (lambda path: path.with_suffix(".json").write_text("[]"), "is not the note of a backup"),
    ],
    ids=["content", "no note", "broken note", "other note"],
)
def test_a_spoilt_backup_is_refused(cloud: Cloud, spoil: Callable[[Path], object], expected: str) -> None:
    """A file that is not what was written is not restored."""
    run(cloud, *ES, "--yes")
    spoil(backup())

    result = run(cloud, *ES, "--restore", backup(), "--yes")

    assert result.exit_code == 1
    assert expected in result.output
    assert "RestoreAgent" not in cloud.writes


def test_a_long_export_is_waited_for(cloud: Cloud) -> None:
    """Google may take its time to export: it is asked until it is done."""
    cloud.operations.slow = True

    result = run(cloud, *ES, "--yes")

    assert result.exit_code == 0, result.output
    assert "GetOperation" in [method for method, _ in cloud.calls]
