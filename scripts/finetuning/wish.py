"""What is to be trained, checked against the API's limits before anything is sent, and the request that asks for it.

Limits as in OpenAI's API reference (openapi.json of 2026-08): suffix 1 to 64 characters, n_epochs 1 to 50, batch_size
1 to 256, learning_rate_multiplier above 0, seed 0 to 2147483647. What is None is left to the endpoint ("auto").
"""

import hashlib
import json
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Method = Literal["supervised", "dpo"]

MOST_EPOCHS = 50
LARGEST_BATCH = 256
LARGEST_SEED = 2_147_483_647
LONGEST_SUFFIX = 64


class BadWish(Exception):
    """No endpoint would take this; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be trained. `model` may be a fine-tune to train on from."""

    train: Path
    validation: Path | None
    model: str
    suffix: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    lr_multiplier: float | None = None
    seed: int | None = None
    method: Method = "supervised"
    wandb: str | None = None

    def __post_init__(self) -> None:
        """Hold the limits. Raises BadWish."""
        _check_suffix(self.suffix)
        _check_range("--epochs", self.epochs, 1, MOST_EPOCHS)
        _check_range("--batch-size", self.batch_size, 1, LARGEST_BATCH)
        _check_range("--seed", self.seed, 0, LARGEST_SEED)
        if self.lr_multiplier is not None and not (math.isfinite(self.lr_multiplier) and self.lr_multiplier > 0):
            raise BadWish(f"--lr-multiplier is {self.lr_multiplier}; give a number above 0, such as 0.5 or 2")
        if self.validation and self.validation.resolve() == self.train.resolve():
            raise BadWish("--train and --validation are the same file; hold some examples back for validation")

    @property
    def hyperparameters(self) -> Mapping[str, float]:
        """Return those that are set, by the API's names."""
        named = (
            ("n_epochs", self.epochs),
            ("batch_size", self.batch_size),
            ("learning_rate_multiplier", self.lr_multiplier),
        )
        return {name: value for name, value in named if value is not None}

    def key(self, base_url: str, hashes: Mapping[str, str]) -> str:
        """Return what is the same whenever the same is wished of the same endpoint: files by content, not by name.

        `hashes` are the files' SHA-256 as `train` and `validation`.
        """
        wished = [base_url, dict(hashes), self._settings()]
        return hashlib.sha256(json.dumps(wished, sort_keys=True).encode()).hexdigest()

    def body(self, files: Mapping[str, str], metadata: Mapping[str, str]) -> dict[str, Any]:
        """Return the request's JSON. `files` are the uploaded files' ids as `train` and `validation`."""
        validation = {"validation_file": files["validation"]} if "validation" in files else {}
        return {"training_file": files["train"], **validation, **self._settings(), "metadata": dict(metadata)}

    def options(self) -> list[str]:
        """Return the words that ask the command for the same, all but the model."""
        given = {
            "--train": self.train,
            "--validation": self.validation,
            "--suffix": self.suffix,
            "--epochs": self.epochs,
            "--batch-size": self.batch_size,
            "--lr-multiplier": self.lr_multiplier,
            "--seed": self.seed,
            "--method": None if self.method == "supervised" else self.method,
        }
        return [word for name, value in given.items() if value is not None for word in (name, str(value))]

    def _settings(self) -> dict[str, Any]:
        hyperparameters = dict(self.hyperparameters)
        settings: dict[str, Any] = {"model": self.model}
        if hyperparameters or self.method != "supervised":
            inside = {"hyperparameters": hyperparameters} if hyperparameters else {}
            settings["method"] = {"type": self.method, self.method: inside}
        if self.suffix is not None:
            settings["suffix"] = self.suffix
        if self.seed is not None:
            settings["seed"] = self.seed
        if self.wandb is not None:
            settings["integrations"] = [{"type": "wandb", "wandb": {"project": self.wandb}}]
        return settings


def create_command(words: list[str], model: str) -> str:
    """Return the command that asks for a training."""
    return shlex.join(["python", "-m", "scripts.finetune", "create", *words, "--model", model])


def _check_suffix(suffix: str | None) -> None:
    if suffix is None:
        return
    if not suffix.strip():
        raise BadWish("--suffix is empty; leave it away, or name the model")
    if len(suffix) > LONGEST_SUFFIX:
        raise BadWish(f"--suffix has {len(suffix)} characters; {LONGEST_SUFFIX} is the most")


def _check_range(option: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise BadWish(f"{option} is {value}; it may be {least} to {most}, or be left away for the endpoint to choose")
