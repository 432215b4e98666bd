"""One model endpoint: ask it, and be back by the deadline whatever the network does.

Each call runs on a thread of the endpoint's own, while the turn waits no longer than its deadline. So names that do
not resolve, handshakes that hang and bodies that trickle cost the turn nothing but the wait; then the waiting thread
shuts the socket, which frees the other one, or lets the model go on for whoever collects the answer later.
`timeout=` alone cannot do it: it starts anew with each byte.
"""

import ssl
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any, Literal, TypeVar, cast

import httpx2

from app.core.deadline import Deadline
from app.core.errors import ModelBroken, ModelError, ModelRefused, ModelTimeout
from app.core.prompt import Prompt
from app.core.text import whole_sentences
from app.core.types import Completion, FinishReason, RiskLevel
from app.models import chat, moderation, text
from app.models.client import Client
from app.models.failures import BROKEN, as_model_error
from app.models.stream import Answer, read_answer

_T = TypeVar("_T")

Ending = Literal["answer", "fault", "unknown"]
"""What the end of a question says of the endpoint: it spoke, it failed, or nothing, as when we cut it short.

A first word is no answer: an endpoint that then falls silent, for every turn, is of no more use than one that is down.
"""


class Endpoint:
    """An OpenAI-compatible endpoint. Make it after the fork: its threads and sockets do not survive one."""

    def __init__(self, base_url: str, api_key: str, max_calls: int, is_streamed: bool = True) -> None:
        """Prepare for at most `max_calls` calls at a time; later ones wait for a free thread."""
        self._base_url = base_url
        self._api_key = api_key
        self._is_streamed = is_streamed
        self._pool = ThreadPoolExecutor(max_calls, thread_name_prefix="model")
        self._ssl_context: ssl.SSLContext = httpx2.create_ssl_context()
        self._own = threading.local()
        self._clients: list[Client] = []

    def ask(self, prompt: Prompt, model: str, until: Deadline) -> "Asking":
        """Begin to ask; the answer is waited for where it is needed, and nothing goes on after `until`."""
        answer = Answer()
        call = _Call()
        started = until.clock()
        work = partial(self._ask, prompt=prompt, model=model, deadline=until, answer=answer)
        future = self._pool.submit(lambda: call.run(self._client(), work))

        def completion(finish_reason: FinishReason) -> Completion:
            return Completion(answer.text, model, finish_reason, until.clock() - started, answer.tokens)

        return Asking(answer, call, future, until, completion)

    def ping(self, deadline: Deadline) -> None:
        """Ask for the list of models, which costs nothing. Raises ModelError when there is no proper answer."""
        self._within(deadline, lambda client: client.openai.get("/models", cast_to=object))

    def moderate(self, text: str, model: str, deadline: Deadline) -> RiskLevel:
        """Return what a moderation model says of a text. Raises ModelError when it says nothing by the deadline."""
        body = moderation.request_body(text, model)
        answer = self._within(deadline, lambda client: client.openai.post(moderation.PATH, body=body, cast_to=object))
        return moderation.level_of(answer)

    def close(self) -> None:
        """Take no more calls, let those in progress end, and close the connections."""
        self._pool.shutdown(cancel_futures=True)
        while self._clients:
            self._clients.pop().openai.close()

    def _ask(self, client: Client, prompt: Prompt, model: str, deadline: Deadline, answer: Answer) -> None:
        kind = chat if prompt.text is None else text
        options = {"timeout": max(0.01, deadline.left())}
        body = {**self._common_body(prompt, model), **kind.request_body(prompt)}
        # As a raw response: building the SDK's models costs milliseconds, and they break on broken bodies.
        post = cast("Callable[..., httpx2.Response]", client.openai.post)
        response = post(kind.PATH, body=body, cast_to=httpx2.Response, stream=True, options=options)
        with closing(response):
            read_answer(response.iter_bytes(), kind.words_of, answer)

    def _common_body(self, prompt: Prompt, model: str) -> dict[str, Any]:
        sampling = prompt.sampling
        body: dict[str, Any] = {
            "model": model,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if self._is_streamed:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    def _within(self, deadline: Deadline, work: Callable[[Client], _T]) -> _T:
        """Run work with a client on a thread of ours; at the deadline cut its socket and raise ModelTimeout."""
        call = _Call()
        future = self._pool.submit(lambda: call.run(self._client(), work))
        try:
            return future.result(timeout=deadline.left())
        except TimeoutError:
            future.cancel()
            call.cut()
            raise ModelTimeout("the deadline came first") from None

    def _client(self) -> Client:
        client: Client | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = Client(self._base_url, self._api_key, self._ssl_context)
            self._clients.append(client)
        return client


class Asking:
    """A question to the model in progress. Whoever asked must either `cut` it or hand it over with `then`."""

    def __init__(
        self,
        answer: Answer,
        call: "_Call",
        future: "Future[None]",
        until: Deadline,
        completion: Callable[[FinishReason], Completion],
    ) -> None:
        """Hold what Endpoint.ask has begun."""
        self._answer = answer
        self._call = call
        self._future = future
        self._until = until
        self._completion = completion
        self._is_over = False

    def by(self, deadline: Deadline) -> Completion:
        """Return what the model says, at the deadline what it has said so far (finish_reason "deadline").

        The model goes on. Raises ModelTimeout when the deadline comes before the first word, else ModelBusy,
        ModelRefused or ModelBroken.
        """
        try:
            self._future.result(timeout=deadline.left())
        except TimeoutError:
            return self._so_far("deadline", ModelTimeout("the deadline came first"))
        except ModelRefused:
            raise
        except ModelError as error:
            return self._so_far("deadline" if isinstance(error, ModelTimeout) else "cut", error)
        return self._completion(self._answer.finish_reason or "cut")

    def cut(self) -> None:
        """Wait no longer: the model's thread is free at once. Nothing happens when it is done already."""
        self._future.cancel()
        self._call.cut()

    def then(self, use: Callable[[Completion | None], None]) -> None:
        """When the model is done, or its time is over, give its words, None for none, to `use` on another thread."""
        watchdog = threading.Timer(self._until.left(), self._give_up)
        watchdog.daemon = True
        watchdog.start()

        def finish(_: "Future[None]") -> None:
            watchdog.cancel()
            try:
                completion = self.by(Deadline(0.0, self._until.clock))
            except (ModelError, CancelledError):
                completion = None
            use(completion)

        self._future.add_done_callback(finish)

    def on_end(self, use: Callable[[Ending], None]) -> None:
        """When the question is over, however that came, tell `use` on some thread what it says of the endpoint."""
        self._future.add_done_callback(lambda _: use(self._ending()))

    def _ending(self) -> Ending:
        if self._future.cancelled():
            return "unknown"
        error = self._future.exception()
        if error is None or whole_sentences(self._answer.text):
            return "answer"
        is_fault = isinstance(error, ModelBroken | ModelTimeout) and not self._call.is_cut
        return "fault" if is_fault or self._is_over else "unknown"

    def _give_up(self) -> None:
        self._is_over = True
        self.cut()

    def _so_far(self, finish_reason: FinishReason, error: ModelError) -> Completion:
        if not self._answer.pieces:
            raise error
        return self._completion(finish_reason)


class _Call:
    """One piece of work in progress, which may be cut while it runs and never after."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Client | None = None
        self.is_cut = False

    def run(self, client: Client, work: Callable[[Client], _T]) -> _T:
        self._hold(client)
        try:
            if self.is_cut:
                raise ModelTimeout("it was cut before it began")
            return work(client)
        except ModelError:
            raise
        except BROKEN as error:
            raise as_model_error(error) from error
        finally:
            self._hold(None)

    def cut(self) -> None:
        self.is_cut = True
        with self._lock:
            if self._client is not None:
                self._client.cut()

    def _hold(self, client: Client | None) -> None:
        with self._lock:
            self._client = client
