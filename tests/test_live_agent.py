"""The smoke test of a live agent, through Google's own API: only where one is named, for it needs a login.

LIVE_PROJECT=my-project scripts/test tests/test_live_agent.py

LIVE_AGENT names a CX agent, LIVE_LOCATION its region. The conversation is one sentence long, and costs one turn.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scripts.setup_agent import main
from tests.agents.running import CX, ES, run
from tests.google_cloud.cloud import serving
from tests.google_cloud.seeds import PROJECT


def _smoke_test(environment: Mapping[str, str]) -> Any:
    """Return what setup_agent tells of the agent that is named."""
    agent, location = environment.get("LIVE_AGENT"), environment.get("LIVE_LOCATION", "global")
    kind = ["cx", "--agent", agent] if agent else ["es"]
    words = ["test", *kind, "--project", environment["LIVE_PROJECT"], "--location", location, "--json"]
    shown = CliRunner(env=environment).invoke(main, words)
    assert shown.stdout, shown.stderr
    return json.loads(shown.stdout)


@pytest.mark.skipif("LIVE_PROJECT" not in os.environ, reason="no live agent is named; LIVE_PROJECT does")
def test_a_live_agent_is_answered_by_the_webhook() -> None:
    """One sentence that no intent knows comes back with the webhook's words, in time."""
    told = _smoke_test(os.environ)

    assert (told["ok"], told["problem"]) == (True, None)
    assert told["answer"]


@pytest.mark.parametrize(("set_up", "agent"), [(ES, ""), (CX, "Listener")], ids=["es", "cx"])
def test_it_tells_an_agent_that_is_set_up(
    set_up: tuple[str, ...], agent: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It fails before the set-up, with the reason, and passes after it."""
    monkeypatch.chdir(tmp_path)
    with serving() as cloud:
        named = {"LIVE_PROJECT": PROJECT, "LIVE_AGENT": agent, "DIALOGFLOW_EMULATOR_HOST": cloud.address}
        before = _smoke_test(named)
        assert run(cloud, *set_up, "--yes").exit_code == 0
        after = _smoke_test(named)

    assert before["problem"].startswith("the webhook was not called")
    assert (after["ok"], after["answer"]) == (True, "A line from the webhook.")
