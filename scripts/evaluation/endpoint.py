"""The endpoint that is evaluated: one call, one answer, nothing tried twice here."""

from collections.abc import Mapping
from typing import Any

from scripts.endpoint import Address, CallFailed, open_client
from scripts.evaluation.calls import Call
from scripts.evaluation.losses import logprobs_from
from scripts.generation.answers import Answer, answer_from
from scripts.generation.endpoint import call_errors

_FILTERED = "content_filter"


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
        """Return the answer to a call. Raises TryLater, CallFailed or RunStopped.

        A question that the endpoint's own filter refuses (Azure answers 400 then) counts as answered, without words.
        """
        try:
            with call_errors(self.base_url):
                body = self._client.post(call.path, body=call.body, cast_to=object)
                return logprobs_from(call, body) if call.expected else answer_from(call.key, _as_chat(body))
        except CallFailed as failed:
            if failed.code == _FILTERED:
                return Answer(call.key, "", _FILTERED)
            raise


def _as_chat(body: object) -> object:
    """Return the body of a text completion in the shape of a chat completion; any other as it is."""
    choices = body.get("choices") if isinstance(body, Mapping) else None
    choice: Any = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(body, Mapping) or not isinstance(choice, Mapping) or "text" not in choice:
        return body
    return {**body, "choices": [{**choice, "message": {"content": choice["text"]}}]}
