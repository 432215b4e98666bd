"""The model endpoint, against a server on this machine that behaves."""

from app.core.types import Completion
from app.models.endpoint import Endpoint
from tests.loopback import answer, chat_completion, loopback, stream
from tests.models.asking import CHAT, TEXT, ask, complete, within


def test_complete_returns_the_streamed_words() -> None:
    """A streamed answer arrives whole, with its token count."""
    with loopback(stream("Hel", "lo ", "you.")) as upstream:
        completion = ask(upstream.base_url)

    assert (completion.text, completion.finish_reason, completion.tokens) == ("Hello you.", "stop", 9)


def test_complete_reads_a_plain_answer_to_a_streaming_request() -> None:
    """An endpoint that answers a streaming request with one JSON object is understood."""
    with loopback(answer(chat_completion("Hello you."))) as upstream:
        completion = ask(upstream.base_url)

    assert (completion.text, completion.finish_reason, completion.tokens) == ("Hello you.", "stop", 7)


def test_complete_does_not_ask_to_stream_when_told_not_to() -> None:
    """MODEL_STREAM=false sends a request without stream."""
    with loopback(answer(chat_completion("Hello."))) as upstream:
        ask(upstream.base_url, is_streamed=False)

    assert "stream" not in upstream.requests[0]


def test_complete_sends_prompt_model_and_sampling() -> None:
    """The request carries exactly what the prompt says, and the key as a bearer token."""
    with loopback(stream("Hi.")) as upstream:
        ask(upstream.base_url)

    assert upstream.requests == [
        {
            "model": "some-model",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}],
            "max_tokens": 120,
            "temperature": 0.7,
            "top_p": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "stop": ["User:"],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert upstream.headers[0].startswith("POST /v1/chat/completions ")
    assert "authorization: bearer a-key" in upstream.headers[0].lower()


def test_complete_sends_text_prompts_to_the_completions_endpoint() -> None:
    """A prompt/completion model is asked with the one string, at /completions."""
    with loopback(stream(" Good", " day", is_text=True)) as upstream:
        completion = ask(upstream.base_url, TEXT)

    assert completion.text == " Good day"
    assert upstream.headers[0].startswith("POST /v1/completions ")
    assert upstream.requests[0]["prompt"] == "Hello ->"
    assert upstream.requests[0]["stop"] == [" END"]


def test_complete_uses_its_connection_again() -> None:
    """Two calls, one connection: the end of the stream is read too."""
    with loopback(stream("One.")) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        for _ in range(3):
            complete(endpoint, CHAT, "m", 5)
        endpoint.close()

    assert upstream.connections == 1


def test_complete_returns_the_words_so_far_at_the_deadline() -> None:
    """A slow model's words until the deadline are its answer."""
    with loopback(stream("One sentence. ", "And ", "on ", "and on", pause_s=0.3)) as upstream:
        completion = ask(upstream.base_url, seconds=0.5)

    assert completion.finish_reason == "deadline"
    assert completion.text.startswith("One sentence. ")


def test_complete_keeps_the_words_before_a_cut() -> None:
    """A stream that breaks in the middle leaves what was said before."""
    with loopback(stream("One sentence. ", "And", finish=None)) as upstream:
        completion = ask(upstream.base_url)

    assert (completion.text, completion.finish_reason) == ("One sentence. And", "cut")


def test_complete_reports_the_length_limit() -> None:
    """finish_reason length is passed on."""
    with loopback(stream("Words and", finish="length")) as upstream:
        completion = ask(upstream.base_url)

    assert completion.finish_reason == "length"


def test_ping_asks_for_models_only() -> None:
    """Readiness costs no tokens."""
    with loopback(answer(b'{"object": "list", "data": []}')) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        endpoint.ping(within(5))
        endpoint.close()

    assert [head.split()[:2] for head in upstream.headers] == [["GET", "/v1/models"]]


def test_a_model_goes_on_after_the_deadline_for_who_collects_later() -> None:
    """What comes after the turn's deadline is handed over whole."""
    said: list[Completion | None] = []
    with loopback(stream("One ", "sentence ", "at last.", pause_s=0.2)) as upstream:
        endpoint = Endpoint(upstream.base_url, "a-key", max_calls=1)
        asking = endpoint.ask(CHAT, "m", within(5))
        early = asking.by(within(0.1))
        asking.then(said.append)
        endpoint.close()

    assert (early.text, early.finish_reason) == ("One ", "deadline")
    assert [(c.text, c.finish_reason) for c in said if c] == [("One sentence at last.", "stop")]
