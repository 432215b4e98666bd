"""Many conversations at a time, and what is measured of them."""

from dataclasses import replace

import pytest

from scripts.dialogflow import runs
from scripts.dialogflow.load import Figures
from scripts.dialogflow.runs import Stage
from tests.dialogflow.webhooks import SETTING, es_answer, webhook
from tests.loopback import answer

SECRET = "My cat is called Mole."


def test_each_session_is_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Four sessions of three turns, at once, and no word of them in the output."""
    with webhook(es_answer("Good.")) as (at, running):
        good = runs.load(Stage("es", SETTING, at), (SECRET,), sessions=4, turns=3)

    sessions = [request["session"] for request in running.requests]
    output = capsys.readouterr().out
    assert good
    assert sorted(sessions.count(session) for session in set(sessions)) == [3, 3, 3, 3]
    assert output.startswith("12 turns of 4 sessions in ")
    assert "0 of 12 turns failed" in output
    assert "Mole" not in output
    assert "Good." not in output


def test_failures_are_counted_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A load run says what failed and how often, and is not good."""
    with webhook(es_answer("Hi"), answer(b"", status="500 Oh"), answer(b"Hi")) as (at, _):
        good = runs.load(replace(Stage("es", SETTING, at), as_json=True), (), sessions=1, turns=4)

    output = capsys.readouterr().out
    assert not good
    assert '"failures": {\n    "http_500": 1,\n    "not_json": 2\n  }' in output


@pytest.mark.parametrize(("level", "seconds"), [(50, 2.0), (95, 4.0), (99, 4.0), (25, 1.0)])
def test_percentiles_are_by_nearest_rank(level: int, seconds: float) -> None:
    """The seconds that so many percent of the turns did not exceed."""
    assert Figures(1, 1.0, (4.0, 1.0, 3.0, 2.0), {}).percentile(level) == seconds
