"""The command against small webhooks, broken ones, and the real app under gunicorn."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts.simulate import main
from tests.dialogflow.webhooks import cx_answer, es_answer, follow_up, says, webhook
from tests.gunicorns import web_server
from tests.loopback import Behaviour, answer, hang, loopback, stream

ROOT = Path(__file__).parents[1]
CONVERSATIONS = ROOT / "scripts" / "data" / "conversations"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The .env of this folder is the user's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def app_url(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app itself, by the Procfile's line, with a model that answers at once."""
    folder = tmp_path_factory.mktemp("app")
    credentials = {"WEBHOOK_USERNAME": "u", "WEBHOOK_PASSWORD": "p"}
    with (
        loopback(stream("I hear you. ", "What happened then?")) as upstream,
        web_server(python, folder, upstream.base_url, **credentials) as (port, _),
    ):
        yield f"http://127.0.0.1:{port}/webhook"


def simulate(url: str, *words: str, typed: str = "", **variables: str) -> Result:
    environment = {"WEBHOOK_USERNAME": "u", "WEBHOOK_PASSWORD": "p", **variables}
    return CliRunner().invoke(main, ["--url", url, *words], input=typed, env=environment)


@pytest.mark.parametrize("script", sorted(CONVERSATIONS.glob("*.yml")), ids=lambda path: path.stem)
def test_our_conversations_pass_with_the_real_app(app_url: str, script: Path) -> None:
    """The samples that the README shows are replayed against the app as it is deployed."""
    result = simulate(app_url, "--script", str(script))

    assert result.output.rstrip().endswith("turns as they should be")
    assert (result.exit_code, "FAILED" in result.output) == (0, False)


@pytest.mark.parametrize("channel", ["es", "cx"])
@pytest.mark.parametrize("origin", ["console", "messenger", "telephony", "telegram"])
def test_the_app_answers_from_everywhere(app_url: str, channel: str, origin: str) -> None:
    """Welcome and words, on both editions and several platforms."""
    result = simulate(app_url, "--channel", channel, "--origin", origin, "--welcome", "--say", "I had a rough day")

    assert result.exit_code == 0, result.output
    assert "agent  I hear you. What happened then?" in result.output


def test_the_app_stands_load(app_url: str) -> None:
    """Ten sessions at once, and every turn is answered."""
    result = simulate(app_url, "--concurrency", "10", "--turns", "3", "--json")

    figures = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (figures["sessions"], figures["turns"], figures["failures"]) == (10, 30, {})


def test_wrong_credentials_are_named(app_url: str) -> None:
    """401 in words, with the variables to compare."""
    wrong = simulate(app_url, "--say", "Hi", WEBHOOK_PASSWORD="q")
    none = simulate(app_url, "--say", "Hi", "--no-credentials")

    for result in (wrong, none):
        assert result.exit_code == 1
        assert "error: the webhook answered with HTTP 401, not 200 [http_401]" in result.output
        assert "WEBHOOK_PASSWORD" in result.output


def test_a_chat_is_typed_at_a_prompt() -> None:
    """Words, an event, an unknown command, a new session; end of input ends it."""
    with webhook(es_answer("Hi there.")) as (at, running):
        result = simulate(at.url, typed="Hello\n\n/event BYE\n/what\n/new\nHello again\n")

    queries = [request["queryResult"]["queryText"] for request in running.requests]
    sessions = [request["session"] for request in running.requests]
    assert queries == ["WELCOME", "Hello", "BYE", "Hello again"]
    assert len(set(sessions[:3])) == 1
    assert sessions[3] != sessions[0]
    assert (result.exit_code, result.output.count("agent  Hi there.")) == (0, 4)


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "silent": (hang(), "no whole answer within 0.5 s, where Dialogflow gives up"),
    "not json": (answer(b"<h1>It works!</h1>", content_type="text/html"), "answered with a web page (text/html)"),
    "wrong type": (cx_answer("Hi", pageInfo=3), '"pageInfo" must be an object, and is a number'),
    "unknown field": (cx_answer("Hi", fulfillmentText="Hi"), 'does not know the field "fulfillmentText"'),
    "70 KiB": (cx_answer("x" * 70 * 1024), "longer than 65,536 bytes"),
    "500": (answer(b"oh", status="500 Internal Server Error"), "answered with HTTP 500"),
}


@pytest.mark.parametrize(("behaviour", "said"), BROKEN.values(), ids=BROKEN)
def test_broken_webhooks_are_named_in_words(behaviour: Behaviour, said: str) -> None:
    """What is wrong, what Dialogflow does about it, and status 1."""
    with webhook(behaviour) as (at, _):
        result = simulate(at.url, "--channel", "cx", "--deadline", "0.5", "--say", "Hi")

    assert result.exit_code == 1
    assert said in result.output
    assert "* So the person saw not the webhook's answer" in result.output


def test_follow_up_events_are_told(tmp_path: Path) -> None:
    """Each call of a turn has its time, and a script can count the events."""
    script = tmp_path / "late.yml"
    script.write_text("turns:\n  - say: Hi\n    expect: {contains: Here, follow_ups: 1}\n")
    with webhook(follow_up("LATE_1"), es_answer("Here it is.")) as (at, _):
        result = simulate(at.url, "--script", str(script))

    assert result.exit_code == 0
    assert " s then event LATE_1 0." in result.output


def test_a_failed_expectation_fails_the_script(tmp_path: Path) -> None:
    """Status 1, the expectation, and how many turns passed."""
    script = tmp_path / "talk.yml"
    script.write_text("turns:\n  - say: Hi\n    expect: {contains: Hi}\n  - say: Bye\n    expect: {contains: Bye}\n")
    with webhook(es_answer("Hi there.")) as (at, _):
        result = simulate(at.url, "--script", str(script))

    assert result.exit_code == 1
    assert 'error: expected "Bye" in the answer [expected_contains]' in result.output
    assert f"FAILED: {script}, 1 of 2 turns as they should be" in result.output


def test_a_session_that_ends_too_early_fails_the_script(tmp_path: Path) -> None:
    """Turns that could not be played count as failed."""
    script = tmp_path / "talk.yml"
    script.write_text("channel: cx\nturns: [{say: Hi}, {say: Bye}]\n")
    with webhook(cx_answer("Bye.", targetPage="projects/p/pages/END_SESSION")) as (at, running):
        result = simulate(at.url, "--script", str(script))

    assert (result.exit_code, len(running.requests)) == (1, 1)
    assert "1 of 2 turns as they should be; the session ended after 1" in result.output


def test_json_tells_all_of_a_turn() -> None:
    """For machines: what was shown, each call, each finding."""
    with webhook(says({"fulfillmentText": "Hi"})) as (at, _):
        result = simulate(at.url, "--say", "Hello", "--json")

    (turn,) = json.loads(result.stdout)["turns"]
    assert turn["query"] == {"kind": "text", "value": "Hello"}
    assert turn["shown"] == {"texts": ["Hi"], "suggestions": [], "rows": []}
    assert (turn["calls"][0]["status"], turn["findings"], turn["passed"]) == (200, [], True)


def test_the_wire_can_be_seen() -> None:
    """Request and answer as JSON, for those who write a webhook."""
    with webhook(es_answer("Hi")) as (at, running):
        result = simulate(at.url, "--say", "Hello", "--wire", "--parameter", "persona=joy", "--parameter", "n=3")

    assert json.dumps(running.requests[0], indent=2) in result.output
    assert running.requests[0]["queryResult"]["parameters"] == {"persona": "joy", "n": 3}
    assert '"fulfillmentText": "Hi"' in result.output


MISUSES = {
    "deadline of es": (["--deadline", "3", "--say", "Hi"], "--deadline is for --channel cx"),
    "http to elsewhere": (["--url", "http://example.org/webhook"], "https only"),
    "no address": (["--url", "localhost:8080"], "is no address"),
    "parameter": (["--parameter", "persona", "--say", "Hi"], "expected NAME=VALUE"),
    "json of a chat": (["--json"], "a chat is for people"),
    "script and words": (["--script", str(CONVERSATIONS / "joy_es.yml"), "--say", "Hi"], "--script stands alone"),
}


@pytest.mark.parametrize(("words", "said"), MISUSES.values(), ids=MISUSES)
def test_misuse_is_status_2(words: list[str], said: str) -> None:
    """Nothing is called, and the words say what to change."""
    result = simulate("http://127.0.0.1:9/webhook", *words)

    assert (result.exit_code, said in result.output) == (2, True)


def test_a_bad_script_is_status_2(tmp_path: Path) -> None:
    """The file is at fault, not the webhook."""
    script = tmp_path / "talk.yml"
    script.write_text("turns: []\n")

    result = simulate("http://127.0.0.1:9/webhook", "--script", str(script))

    assert result.exit_code == 2
    assert f"{script}:1: turns" in result.output


def test_the_simulator_knows_nothing_of_the_app() -> None:
    """Requests and judgement come from Google's documents alone: a shared mistake would go unseen."""
    files = [*(ROOT / "scripts" / "dialogflow").glob("*.py"), ROOT / "scripts" / "simulate.py"]
    names = {
        node.module or ""
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
    }

    assert [name for name in names if name.split(".")[0] == "app"] == []
