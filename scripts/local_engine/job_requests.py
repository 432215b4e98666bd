"""What a request for a fine-tuning job asks for, checked value by value.

Limits from OpenAI's API reference (openapi.json of 2026-08, CreateFineTuningJobRequest): suffix of 1 to 64 characters,
16 metadata of 64 and 512 characters, n_epochs 1 to 50, batch_size 1 to 256, learning_rate_multiplier above 0, beta
above 0 and at most 2.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.local_engine.errors import ApiError, bad_request
from scripts.local_engine.trainer.order import Method

_MAX_SUFFIX = 64
_MAX_PAIRS, _MAX_KEY, _MAX_VALUE = 16, 64, 512
_MAX_SEED = 2**31 - 1
_MAX_MULTIPLIER = 1_000  # beyond it nothing is learnt, and the numbers overflow
_METHODS: tuple[Method, ...] = ("supervised", "dpo")

Hyperparameters = Mapping[str, int | float | str]
"""n_epochs, batch_size, learning_rate_multiplier, and beta for DPO: numbers, or "auto"."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job as asked for; the file ids and the model are not looked up yet."""

    model: str
    training_file: str
    validation_file: str | None
    suffix: str | None
    seed: int
    method: Method
    hyperparameters: Hyperparameters
    metadata: Mapping[str, str]


def parse_job_request(body: Mapping[str, Any]) -> JobRequest:
    """Return the job that a request's body asks for. Raises ApiError naming the field that is wrong."""
    _refuse_integrations(body.get("integrations"))
    method, hyperparameters = _method(body)
    return JobRequest(
        model=_text(body, "model"),
        training_file=_text(body, "training_file"),
        validation_file=_validation_file(body),
        suffix=_suffix(body.get("suffix")),
        seed=_seed(body.get("seed")),
        method=method,
        hyperparameters=hyperparameters,
        metadata=_metadata(body.get("metadata")),
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f"{name} is missing; give it as text", name)
    return value


def _validation_file(body: Mapping[str, Any]) -> str | None:
    if body.get("validation_file") is None:
        return None
    if body["validation_file"] == body.get("training_file"):
        raise bad_request(
            "validation_file is the training file; a model is not judged by what it saw", "validation_file"
        )
    return _text(body, "validation_file")


def _suffix(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_SUFFIX:
        length = f"has {len(value)} characters" if isinstance(value, str) else "is no text"
        raise bad_request(f"suffix {length}; give 1 to {_MAX_SUFFIX}", "suffix")
    return value


def _seed(value: Any) -> int:
    if value is None:
        return secrets.randbelow(_MAX_SEED)
    if not _is_integer(value) or not 0 <= value <= _MAX_SEED:
        raise bad_request(f"seed is {value!r}; give a whole number from 0 to {_MAX_SEED}", "seed")
    return int(value)


def _metadata(value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    pairs = value.items() if isinstance(value, Mapping) else [(None, None)]
    if len(pairs) > _MAX_PAIRS or not all(_is_pair(key, text) for key, text in pairs):
        said = f"metadata takes {_MAX_PAIRS} pairs of text, keys of {_MAX_KEY} and values of {_MAX_VALUE} characters"
        raise bad_request(said, "metadata")
    return dict(pairs)


def _is_pair(key: Any, value: Any) -> bool:
    return isinstance(key, str) and isinstance(value, str) and len(key) <= _MAX_KEY and len(value) <= _MAX_VALUE


def _method(body: Mapping[str, Any]) -> tuple[Method, Hyperparameters]:
    """Return the method and its numbers, also from the place where older callers write them."""
    asked = body.get("method") or {"type": "supervised", "supervised": {"hyperparameters": body.get("hyperparameters")}}
    kind = asked.get("type") if isinstance(asked, Mapping) else None
    method = next((known for known in _METHODS if known == kind), None)
    if method is None:
        raise bad_request(f"method {kind!r} is not trained here; take one of {', '.join(_METHODS)}", "method")
    own = asked.get(method) or {}
    numbers = (own.get("hyperparameters") if isinstance(own, Mapping) else None) or {}
    if not isinstance(numbers, Mapping):
        raise bad_request(f"hyperparameters is {json.dumps(numbers)[:40]}; give an object", "hyperparameters")
    return method, _hyperparameters(numbers, method)


def _hyperparameters(numbers: Mapping[str, Any], method: Method) -> Hyperparameters:
    fields = _FIELDS if method == "dpo" else {name: rule for name, rule in _FIELDS.items() if name != "beta"}
    unknown = sorted(set(numbers) - set(fields))
    if unknown:
        raise bad_request(f"hyperparameter {unknown[0]!r} is not known; known: {', '.join(fields)}", "hyperparameters")
    found = {name: "auto" if numbers.get(name) is None else numbers[name] for name in fields}
    for name, (is_good, range_) in fields.items():
        if found[name] != "auto" and not is_good(found[name]):
            raise bad_request(f'{name} is {found[name]!r}; give "auto" or {range_}', name)
    return found


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_between(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low < value <= high


_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "n_epochs": (lambda value: _is_integer(value) and 1 <= value <= 50, "a whole number from 1 to 50"),
    "batch_size": (lambda value: _is_integer(value) and 1 <= value <= 256, "a whole number from 1 to 256"),
    "learning_rate_multiplier": (lambda value: _is_between(value, 0, _MAX_MULTIPLIER), "a number above 0"),
    "beta": (lambda value: _is_between(value, 0, 2), "a number above 0 and at most 2"),
}


def _refuse_integrations(value: Any) -> None:
    if value:
        said = "integrations are not supported here; the numbers are in events, checkpoints and result_files"
        raise ApiError(400, said, "integrations_not_supported", "integrations")
