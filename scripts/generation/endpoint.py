"""The model endpoint that answers a grid's calls, one by one or in batches.

Nothing is tried twice in this room: a second try may be a second payment, so whether there is one is decided above.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.endpoint import Address, CallFailed, RunStopped, open_client, our_errors, short
from scripts.generation.answers import Answer, BadAnswers, answer_from
from scripts.generation.calls import Call

CHAT = "/chat/completions"
_NOTHING_WILL = frozenset({403, 404, 405})  # what is wrong with one call then is wrong with all


@dataclass(frozen=True, slots=True)
class BatchState:
    """What the endpoint says of a batch; `status` in its own words."""

    status: str
    done: int = 0
    failed: int = 0
    output_file: str | None = None
    error_file: str | None = None
    errors: tuple[str, ...] = ()


class Endpoint:
    """An OpenAI-compatible endpoint; safe to use from several threads."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        """Prepare; nothing is connected yet. `timeout_s` bounds each wait for the next bytes, not a whole answer."""
        self.base_url = address.base_url
        self._client = open_client(address, timeout_s)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, call: Call) -> Answer:
        """Return the answer to one call. Raises TryLater, CallFailed or RunStopped."""
        with self._errors():
            # As plain JSON: the SDK's models do not survive every body that compatible endpoints send.
            return answer_from(call.key, self._client.post(CHAT, body=call.body, cast_to=object))

    def upload(self, path: Path) -> str:
        """Upload a file of batch requests and return its id."""
        with self._errors(), path.open("rb") as file:
            return self._client.files.create(file=(path.name, file), purpose="batch").id

    def create_batch(self, file_id: str, run_id: str) -> str:
        """Start a batch that carries our run id, and return the endpoint's id."""
        with self._errors():
            return self._client.batches.create(
                input_file_id=file_id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={"run_id": run_id},
            ).id

    def find_batch(self, run_id: str) -> str | None:
        """Return the id of the batch that carries our run id, None when the endpoint knows of none."""
        with self._errors():
            batches = self._client.batches.list(limit=100)
            return next((batch.id for batch in batches if (batch.metadata or {}).get("run_id") == run_id), None)

    def batch(self, batch_id: str) -> BatchState:
        """Return how far a batch is."""
        with self._errors():
            batch = self._client.batches.retrieve(batch_id)
        counts = batch.request_counts
        errors = (batch.errors.data if batch.errors else None) or []
        return BatchState(
            batch.status,
            counts.completed if counts else 0,
            counts.failed if counts else 0,
            batch.output_file_id,
            batch.error_file_id,
            tuple(short(f"line {error.line}: {error.message}" if error.line else error.message) for error in errors),
        )

    def download(self, file_id: str) -> bytes:
        """Return the content of a file."""
        with self._errors():
            return self._client.files.content(file_id).content

    def _errors(self) -> AbstractContextManager[None]:
        return call_errors(self.base_url)


@contextmanager
def call_errors(base_url: str) -> Iterator[None]:
    """Turn what a call raises into TryLater, CallFailed, or RunStopped where all other calls would fail as well."""
    try:
        with our_errors(base_url):
            yield
    except BadAnswers as error:
        raise CallFailed(str(error)) from error
    except CallFailed as failed:
        if failed.status in _NOTHING_WILL:
            raise RunStopped(_advice(failed, base_url)) from failed
        raise


def _advice(failed: CallFailed, base_url: str) -> str:
    if failed.status == 403:
        return f"{base_url} does not accept the key (403); set OPENAI_API_KEY to one it accepts"
    return f"{failed}; check --model, and OPENAI_BASE_URL ({base_url}), which often ends in /v1"
