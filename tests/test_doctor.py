"""python -m scripts.doctor: a healthy set-up, what it costs, how it reads. Faults: tests/checkup/test_faults.py."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.doctor import main
from tests.checkup.conftest import _content_is_loaded as _content_is_loaded
from tests.checkup.conftest import _in_a_folder_of_its_own as _in_a_folder_of_its_own
from tests.checkup.conftest import healthy as healthy
from tests.checkup.setups import MODEL, Setup, without_numbers
from tests.fakes import FakeModels


def test_a_healthy_set_up_has_nothing_but_ok(healthy: Setup) -> None:
    """Everything that can be looked at here is looked at, and found well; the rest says what would turn it on."""
    seen = healthy.examine()

    assert seen.exit_code == 0
    assert [(status, check, without_numbers(message)) for status, check, message, _ in seen.lines] == [
        ("ok", "python", "3.11, as deployed"),
        ("ok", "env file", "6 variables, nothing strange in how they are written"),
        ("ok", "settings", "6 are set, and the server starts with them"),
        ("ok", "callers", "the webhook asks for a user name and a password"),
        ("ok", "personas", "4 can be read, and each has a model"),
        ("ok", "store", "the file can be read and written, in N ms"),
        ("ok", "endpoint", "http://127.0.0.1:N/v1 answers in N s; the key is accepted"),
        ("ok", "model", f"{MODEL} (for joy, interviewer, superhero, support) is there; no end of it is announced"),
        ("ok", "answer", f"{MODEL} said one token in N s"),
        ("ok", "webhook", "http://127.0.0.1:N is reached and alive"),
        ("ok", "webhook", "a caller without credentials is refused"),
        ("ok", "webhook", "the health check is answered in N s"),
        ("ok", "webhook", "the turn as ES sends it is answered in N s"),
        ("ok", "webhook", "the turn as CX sends it is answered in N s"),
        ("skipped", "agent", "which agent it is, is not known"),
        ("skipped", "Railway", "these are not the settings of a service at Railway"),
        ("ok", "clock", "agrees with 127.0.0.1"),
    ]


def test_a_look_costs_one_token(healthy: Setup, models: FakeModels) -> None:
    """Without --paid one model is asked for one token, and the webhook asks its own for nothing."""
    healthy.examine()

    assert healthy.endpoint.count("POST", "chat/completions") == 1
    assert models.prompts == []


def test_paid_turns_go_through_the_model(healthy: Setup, models: FakeModels) -> None:
    """With --paid words are sent in both forms, and a real answer is told from a fallback line."""
    models.say("About your day, if you like.")
    models.say("About anything.")

    assert healthy.examine("--paid").problems == []
    assert len(models.prompts) == 2


def test_it_reads_well_for_people(healthy: Setup) -> None:
    """A line a finding, what to do under it, and a count; no colours where nobody sees them."""
    healthy.dotenv["ES_DEADLINE_S"] = "4.9"
    Path(".env").write_text("".join(f"{name}={value}\n" for name, value in healthy.dotenv.items()))

    shown = CliRunner().invoke(main, ["--url", healthy.url])

    lines = shown.stdout.splitlines()
    assert shown.exit_code == 0
    assert lines[2:4] == [
        "warning  settings  ES_DEADLINE_S is 4.9: too little is left of ES's 5 s for the way there and back",
        "                   -> set it to 4.5",
    ]
    assert lines[-1] == "14 ok, 1 warning, 0 failed, 2 skipped"
    assert "\x1b" not in shown.stdout


def test_a_fresh_checkout_is_told_what_it_lacks() -> None:
    """No .env at all is what scripts/serve starts with: nothing fails, and what is left out says how to see it."""
    shown = CliRunner().invoke(main, ["--json"])

    results = json.loads(shown.stdout)["results"]
    assert shown.exit_code == 0
    assert [(result["check"], result["status"]) for result in results if result["status"] != "ok"] == [
        ("env file", "skipped"),
        ("callers", "warning"),
        ("endpoint", "warning"),
        ("webhook", "skipped"),
        ("agent", "skipped"),
        ("Railway", "skipped"),
        ("clock", "skipped"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "example.org/webhook"), "is no address; give one such as"),
        (("--url", "https://joe:secret@example.org/webhook"), "the address holds credentials; take them out"),
        (("--replicas", "0"), "x>=1"),
        (("--agent", "joy"), "--agent needs --project"),
    ],
)
def test_a_wrong_use_is_two(words: tuple[str, ...], said: str) -> None:
    """Exit code 2 is the caller's mistake, not the set-up's."""
    shown = CliRunner().invoke(main, words)

    assert shown.exit_code == 2
    assert said in shown.output


def test_help_ends_with_an_example() -> None:
    """And says what it costs."""
    shown = CliRunner().invoke(main, ["--help"]).output

    assert shown.splitlines()[-1].strip() == "python -m scripts.doctor --url https://YOUR-HOST/webhook"
    assert "one token" in shown
