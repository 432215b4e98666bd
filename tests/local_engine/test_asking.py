"""Asking models through the engine: which one answers, streams, keys, and callers who hang up."""

import json
import socket
from pathlib import Path

import openai
import pytest

from tests.local_engine.engines import BASE, engine_in, start_job, until, wait_for


def test_each_name_is_answered_by_its_model(client: openai.OpenAI) -> None:
    """The base, an alias, a tuned model and its checkpoint answer under the names that they were asked by."""
    tuned = wait_for(client, start_job(client).id).fine_tuned_model or ""
    names = (BASE, "gpt-3.5-turbo", tuned, f"{tuned}:ckpt-step-3")

    answers = [_ask(client, name) for name in names]
    text = client.completions.create(model=tuned, prompt="Hello")

    assert answers == [
        (BASE, "base user"),
        ("gpt-3.5-turbo", "base user"),
        (tuned, "step-6 user"),
        (f"{tuned}:ckpt-step-3", "step-3 user"),
    ]
    assert text.model == tuned


def test_an_unknown_model_is_404(client: openai.OpenAI) -> None:
    """The answer names what was asked for and models that exist."""
    with pytest.raises(openai.NotFoundError, match=f"`gpt-9` does not exist; some that do: {BASE}") as refused:
        _ask(client, "gpt-9")

    assert refused.value.code == "model_not_found"


def test_a_stream_comes_piece_by_piece(client: openai.OpenAI) -> None:
    """Streamed pieces arrive as they are, each under the model's name."""
    stream = client.chat.completions.create(
        model="gpt-3.5-turbo", messages=[{"role": "user", "content": "one two three"}], stream=True
    )

    pieces = [(chunk.model, chunk.choices[0].delta.content) for chunk in stream]

    assert pieces == [("gpt-3.5-turbo", word) for word in ("one", "two", "three")]


def test_developers_words_are_the_systems(client: openai.OpenAI) -> None:
    """The newer role name reaches the model as the one that its template knows."""
    answer = client.chat.completions.create(
        model=BASE, messages=[{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    )

    assert answer.choices[0].message.content == "base system,user"


def test_a_refusal_has_openais_shape(client: openai.OpenAI) -> None:
    """llama.cpp's numeric code becomes the text that programs look for."""
    with pytest.raises(openai.BadRequestError, match="too long") as refused:
        client.completions.create(model=BASE, prompt="refuse")

    assert (refused.value.code, refused.value.type) == ("context_length_exceeded", "invalid_request_error")


def test_a_caller_who_hangs_up_frees_the_model(tmp_path: Path) -> None:
    """As soon as the caller is gone, the question to llama.cpp is broken off, before any word was written."""
    with engine_in(tmp_path) as client:
        body = json.dumps({"model": BASE, "prompt": "wait"})
        head = f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as caller:
            caller.sendall((head + body).encode())

        assert until((tmp_path / "tiny.gone").exists, bool)


def test_a_model_server_that_dies_is_started_again(client: openai.OpenAI) -> None:
    """A crash in native code costs the answers in progress and nothing else."""
    with pytest.raises(openai.InternalServerError):
        client.completions.create(model=BASE, prompt="die")
    stream = client.completions.create(model=BASE, prompt="then break off", stream=True)
    with pytest.raises(openai.APIError, match="broke off"):
        list(stream)

    assert until(lambda: _ask(client, BASE), bool) == (BASE, "base user")


def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    """With a key set, every path asks for it."""
    with engine_in(tmp_path, api_key="right") as wrong:
        for call in (wrong.models.list, wrong.files.list, wrong.fine_tuning.jobs.list):
            with pytest.raises(openai.AuthenticationError, match="Incorrect API key") as refused:
                call()
        right = wrong.with_options(api_key="right").models.list()

    assert refused.value.code == "invalid_api_key"
    assert [model.id for model in right] == [BASE]


@pytest.mark.parametrize("header", [{"Origin": "https://example.org"}, {"Host": "example.org:8090"}])
def test_pages_of_other_sites_are_refused(client: openai.OpenAI, header: dict[str, str]) -> None:
    """A page in a browser cannot use the engine, neither directly nor under a name that leads here."""
    with pytest.raises(openai.PermissionDeniedError, match="programs on its own machine"):
        client.models.list(extra_headers=header)


def test_errors_of_the_wire_are_json(client: openai.OpenAI) -> None:
    """A path that is not here, a body that is none and a bad page size are answered in OpenAI's shape."""
    with pytest.raises(openai.NotFoundError, match="POST /v1/embeddings"):
        client.embeddings.create(model=BASE, input="x")
    with pytest.raises(openai.BadRequestError, match="the body is no JSON object"):
        client.post("/chat/completions", cast_to=object, content=b"[", options={"headers": {"Content-Type": "text/x"}})
    with pytest.raises(openai.BadRequestError, match="limit is '0'"):
        client.fine_tuning.jobs.list(limit=0)


def _ask(client: openai.OpenAI, name: str) -> tuple[str, str | None]:
    answer = client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Hello"}])
    return answer.model, answer.choices[0].message.content
